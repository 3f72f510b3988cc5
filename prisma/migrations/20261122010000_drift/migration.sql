-- What runs is not what was approved: one finding per version and environment until it is in sync again.

CREATE TABLE "drift_findings" (
  "id" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "server_id" TEXT NOT NULL,
  "version_id" TEXT NOT NULL,
  "environment_id" TEXT,
  "approved_digest" TEXT NOT NULL,
  "observed_digest" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "same_as" TEXT,
  "conclusion" TEXT,
  "risk" TEXT NOT NULL,
  "comparison" JSONB,
  "status" TEXT NOT NULL,
  "source" TEXT NOT NULL,
  "observed_contracts" INTEGER NOT NULL DEFAULT 1,
  "quarantined" BOOLEAN NOT NULL DEFAULT false,
  "detected_at" TIMESTAMPTZ(3) NOT NULL,
  "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
  "resolved_at" TIMESTAMPTZ(3),
  "resolved_by" TEXT,
  "reason" TEXT,
  CONSTRAINT "drift_findings_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "drift_findings_version_fkey" FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "drift_findings_kind_check" CHECK ("kind" IN ('other_version', 'same_version_other_contract', 'unstable')),
  CONSTRAINT "drift_findings_status_check" CHECK ("status" IN ('open', 'dismissed', 'resolved')),
  CONSTRAINT "drift_findings_differs_check" CHECK ("approved_digest" <> "observed_digest"),
  -- what has ended says when; what a person ended says who and why
  CONSTRAINT "drift_findings_ended_check" CHECK (("status" = 'open') = ("resolved_at" IS NULL)),
  CONSTRAINT "drift_findings_dismissed_check" CHECK ("status" <> 'dismissed' OR ("resolved_by" IS NOT NULL AND "reason" IS NOT NULL))
);
-- a second look at the same drift finds the finding that is open
CREATE UNIQUE INDEX "drift_findings_one_open" ON "drift_findings" ("version_id", COALESCE("environment_id", '')) WHERE "status" = 'open';
CREATE INDEX "drift_findings_order_idx" ON "drift_findings" ("organization_id", "detected_at" DESC, "id" DESC);
CREATE INDEX "drift_findings_place_idx" ON "drift_findings" ("version_id", "detected_at" DESC);
SELECT "rollcall_protect"('drift_findings');
