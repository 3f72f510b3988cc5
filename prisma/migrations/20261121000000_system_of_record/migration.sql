-- What the registry, lifecycle and access features share. Features add their own tables in migrations of their own.

ALTER TABLE "organizations"
  ADD COLUMN "policy_revision" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "catalogue_key" TEXT;
CREATE UNIQUE INDEX "organizations_catalogue_key" ON "organizations"("catalogue_key");

ALTER TABLE "principals"
  ADD COLUMN "email" TEXT,
  ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ADD COLUMN "disabled_at" TIMESTAMPTZ(3);

ALTER TABLE "api_tokens"
  ADD COLUMN "scopes" TEXT[] DEFAULT ARRAY['*']::TEXT[],
  ADD COLUMN "created_by" TEXT;

ALTER TABLE "namespaces" ADD COLUMN "proof_detail" JSONB;

ALTER TABLE "servers"
  ADD COLUMN "criticality" TEXT NOT NULL DEFAULT 'medium',
  ADD COLUMN "data_class" TEXT NOT NULL DEFAULT 'internal',
  ADD COLUMN "renamed_to_id" TEXT;
ALTER TABLE "servers" ADD CONSTRAINT "servers_criticality_check" CHECK ("criticality" IN ('low', 'medium', 'high', 'critical'));
ALTER TABLE "servers" ADD CONSTRAINT "servers_data_class_check"
  CHECK ("data_class" IN ('public', 'internal', 'confidential', 'restricted'));

ALTER TABLE "server_versions"
  ADD COLUMN "server_name" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "description" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "track" TEXT NOT NULL DEFAULT 'governed',
  ADD COLUMN "status_message" TEXT,
  ADD COLUMN "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "server_versions" v SET "server_name" = s."name", "description" = left(coalesce(v."manifest"->>'description', ''), 400),
  "updated_at" = v."state_changed_at", "status_message" = left(v."deprecation"->>'message', 500)
  FROM "servers" s WHERE s."id" = v."server_id";
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_track_check" CHECK ("track" IN ('governed', 'listed'));
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_status_message_check" CHECK (length("status_message") <= 500);
-- a listed version is never served: nothing may be pinned for it
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_listed_unpinned_check"
  CHECK ("track" = 'governed' OR "approved_contract_digest" IS NULL);

-- names and descriptions of a version are its server's and its manifest's, whoever inserts it
CREATE FUNCTION "fill_version_texts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT s."name" INTO STRICT NEW."server_name" FROM "servers" s WHERE s."id" = NEW."server_id";
  NEW."description" := left(coalesce(NEW."manifest"->>'description', ''), 400);
  RETURN NEW;
END $$;
CREATE TRIGGER "server_versions_texts" BEFORE INSERT ON "server_versions" FOR EACH ROW EXECUTE FUNCTION "fill_version_texts"();

ALTER TABLE "transitions"
  ADD COLUMN "confirmed_by" TEXT,
  ADD COLUMN "break_glass" BOOLEAN NOT NULL DEFAULT false;
