-- How an organization governs: its policy document, approvals of reviewers, break-glass, owners of servers.

-- Every document that was ever in force. organizations.policy is the newest one.
CREATE TABLE "organization_policies" (
    "organization_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "author_handle" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organization_policies_pkey" PRIMARY KEY ("organization_id", "revision"),
    CONSTRAINT "organization_policies_revision_check" CHECK ("revision" > 0)
);
CREATE TRIGGER "organization_policies_append_only" BEFORE UPDATE OR DELETE ON "organization_policies"
  FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- What each reviewer approved: the contract that was in front of them, and their ruling on its tools.
CREATE TABLE "review_approvals" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "reviewer_id" TEXT NOT NULL,
    "reviewer_handle" TEXT NOT NULL,
    "contract_digest" TEXT NOT NULL,
    "approval_rules" JSONB NOT NULL,
    "comment" TEXT,
    "guards" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_approvals_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "review_approvals_version_idx" ON "review_approvals"("version_id", "at");
ALTER TABLE "review_approvals" ADD CONSTRAINT "review_approvals_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TRIGGER "review_approvals_append_only" BEFORE UPDATE OR DELETE ON "review_approvals"
  FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- A step that one administrator asks for although a guard fails, and a second one confirms in time.
CREATE TABLE "break_glass_requests" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "contract_digest" TEXT,
    "guards" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_by_handle" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_by_handle" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "transition_id" TEXT,

    CONSTRAINT "break_glass_requests_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "break_glass_requests_status_check" CHECK ("status" IN ('pending', 'confirmed', 'cancelled', 'expired')),
    -- the second administrator is another one, whatever the code does
    CONSTRAINT "break_glass_requests_two_people_check" CHECK ("status" <> 'confirmed' OR "decided_by" IS DISTINCT FROM "requested_by"),
    CONSTRAINT "break_glass_requests_confirmed_check" CHECK (("status" = 'confirmed') = ("transition_id" IS NOT NULL))
);
CREATE UNIQUE INDEX "break_glass_requests_one_pending" ON "break_glass_requests"("version_id") WHERE "status" = 'pending';
CREATE INDEX "break_glass_requests_organization_idx" ON "break_glass_requests"("organization_id", "requested_at" DESC, "id" DESC);
ALTER TABLE "break_glass_requests" ADD CONSTRAINT "break_glass_requests_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "transitions_break_glass_idx" ON "transitions"("version_id", "at") WHERE "break_glass";

-- What was said about a coming sunset: each word once, however long the outbox keeps its events. days = 0: it has come.
CREATE TABLE "sunset_notices" (
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "sunset_at" TIMESTAMPTZ(3) NOT NULL,
    "days" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sunset_notices_pkey" PRIMARY KEY ("version_id", "sunset_at", "days")
);
ALTER TABLE "sunset_notices" ADD CONSTRAINT "sunset_notices_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
-- the sweep reads what ends next: ISO 8601 in UTC sorts as text, and a cast to a time is not immutable
CREATE INDEX "server_versions_sunset_idx" ON "server_versions" ((("deprecation"->>'sunsetAt') COLLATE "C"), "id")
  WHERE "state" = 'deprecated' AND "track" = 'governed';

-- A server on its way from one team to another.
CREATE TABLE "server_transfers" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "from_team_id" TEXT NOT NULL,
    "to_team_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_by_handle" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_by_handle" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,

    CONSTRAINT "server_transfers_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "server_transfers_status_check" CHECK ("status" IN ('pending', 'accepted', 'declined', 'cancelled')),
    CONSTRAINT "server_transfers_teams_check" CHECK ("from_team_id" <> "to_team_id")
);
CREATE UNIQUE INDEX "server_transfers_one_pending" ON "server_transfers"("server_id") WHERE "status" = 'pending';
CREATE INDEX "server_transfers_organization_idx" ON "server_transfers"("organization_id", "requested_at" DESC, "id" DESC);
ALTER TABLE "server_transfers" ADD CONSTRAINT "server_transfers_server_fkey"
  FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "server_transfers" ADD CONSTRAINT "server_transfers_from_fkey"
  FOREIGN KEY ("from_team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "server_transfers" ADD CONSTRAINT "server_transfers_to_fkey"
  FOREIGN KEY ("to_team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "servers_renamed_to_idx" ON "servers"("renamed_to_id") WHERE "renamed_to_id" IS NOT NULL;
ALTER TABLE "servers" ADD CONSTRAINT "servers_renamed_to_fkey"
  FOREIGN KEY ("renamed_to_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "servers" ADD CONSTRAINT "servers_renamed_to_other_check" CHECK ("renamed_to_id" IS DISTINCT FROM "id");
