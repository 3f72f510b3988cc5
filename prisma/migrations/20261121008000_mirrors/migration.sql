-- Servers of other registries, shown beside our own.

CREATE TABLE "mirror_sources" (
  "id" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "url" TEXT NOT NULL,
  "precedence" INTEGER NOT NULL,
  "interval_minutes" INTEGER NOT NULL,
  "enabled" BOOLEAN NOT NULL,
  "created_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "removed_at" TIMESTAMPTZ(3),
  "watermark" TIMESTAMPTZ(3),
  "full_at" TIMESTAMPTZ(3),
  "walk" JSONB,
  "lease_until" TIMESTAMPTZ(3),
  "attempted_at" TIMESTAMPTZ(3),
  "failures" INTEGER NOT NULL DEFAULT 0,
  "error" JSONB,
  "skipped" JSONB NOT NULL DEFAULT '[]',
  CONSTRAINT "mirror_sources_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "mirror_sources_interval_check" CHECK ("interval_minutes" BETWEEN 5 AND 10080)
);
CREATE INDEX "mirror_sources_organization_idx" ON "mirror_sources" ("organization_id");
-- a removed source keeps its tombstones, and its name is free again
CREATE UNIQUE INDEX "mirror_sources_name_key" ON "mirror_sources" ("organization_id", "name") WHERE "removed_at" IS NULL;
CREATE UNIQUE INDEX "mirror_sources_precedence_key" ON "mirror_sources" ("organization_id", "precedence") WHERE "removed_at" IS NULL;

CREATE TABLE "mirrored_versions" (
  "id" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "source_id" TEXT NOT NULL,
  "server_name" TEXT COLLATE "C" NOT NULL,
  "version" TEXT COLLATE "C" NOT NULL,
  "manifest" JSONB NOT NULL,
  "description" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "status_message" TEXT,
  "published_at" TIMESTAMPTZ(3) NOT NULL,
  "status_changed_at" TIMESTAMPTZ(3) NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL,
  "is_latest" BOOLEAN NOT NULL DEFAULT false,
  "walk_id" TEXT NOT NULL,
  CONSTRAINT "mirrored_versions_pkey" PRIMARY KEY ("source_id", "server_name", "version"),
  CONSTRAINT "mirrored_versions_source_fkey" FOREIGN KEY ("source_id") REFERENCES "mirror_sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "mirrored_versions_status_check" CHECK ("status" IN ('active', 'deprecated', 'deleted')),
  CONSTRAINT "mirrored_versions_status_message_check" CHECK (length("status_message") <= 500)
);
CREATE UNIQUE INDEX "mirrored_versions_one_latest" ON "mirrored_versions" ("source_id", "server_name") WHERE "is_latest";
-- the order of the registry API, for everything, for `latest` alone, and for who asks what has changed
CREATE INDEX "mirrored_versions_order_idx" ON "mirrored_versions" ("organization_id", "server_name", "version");
CREATE INDEX "mirrored_versions_latest_idx" ON "mirrored_versions" ("organization_id", "server_name", "version") WHERE "is_latest";
CREATE INDEX "mirrored_versions_version_idx" ON "mirrored_versions" ("organization_id", "version", "server_name");
CREATE INDEX "mirrored_versions_updated_idx" ON "mirrored_versions" ("organization_id", "updated_at");
CREATE INDEX "mirrored_versions_text_idx" ON "mirrored_versions"
  USING gin ("server_name" gin_trgm_ops, "description" gin_trgm_ops);
CREATE UNIQUE INDEX "mirrored_versions_id_key" ON "mirrored_versions" ("id");
