-- Checks of candidates beside checks of versions, what they were judged under, and approvals of changes (ADR 0028).
ALTER TABLE "checks"
  ALTER COLUMN "version_id" DROP NOT NULL,
  ADD COLUMN "server_name" TEXT,
  ADD COLUMN "candidate" JSONB,
  ADD COLUMN "base_environment" TEXT,
  ADD COLUMN "context_id" TEXT,
  ADD COLUMN "approval_context" TEXT,
  ADD COLUMN "git" JSONB,
  ADD COLUMN "request_key" TEXT,
  ADD COLUMN "terms" JSONB,
  ADD COLUMN "impacts" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "waiting" TEXT[] NOT NULL DEFAULT '{}';

-- The merge or pull request a version came from: its check and its approvals belong to it.
ALTER TABLE "server_versions" ADD COLUMN "context_id" TEXT;
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_context_check"
  CHECK ("context_id" ~ '^[A-Za-z0-9][A-Za-z0-9._:/#@+-]{0,199}$');

-- Every conclusion a check ever had, in order; what the row of the check says is the newest of them.
CREATE TABLE "check_conclusions" (
    "organization_id" TEXT NOT NULL,
    "check_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "conclusion" TEXT NOT NULL,
    "steps" JSONB NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_handle" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "check_conclusions_pkey" PRIMARY KEY ("check_id", "sequence"),
    CONSTRAINT "check_conclusions_sequence_check" CHECK ("sequence" > 0),
    CONSTRAINT "check_conclusions_cause_check" CHECK ("cause" IN ('run', 'approval', 'revocation')),
    CONSTRAINT "check_conclusions_first_check" CHECK (("cause" = 'run') = ("sequence" = 1)),
    CONSTRAINT "check_conclusions_conclusion_check" CHECK ("conclusion" IN ('success', 'failure', 'neutral'))
);
CREATE TRIGGER "check_conclusions_append_only" BEFORE UPDATE OR DELETE ON "check_conclusions" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "check_conclusions_no_truncate" BEFORE TRUNCATE ON "check_conclusions" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_rewrite"();

-- What is there already. The walls hold for whoever migrates, so the rows of all organizations are asked for, in this statement only.
DO $$
BEGIN
  PERFORM set_config('rollcall.organization_id', '*', true);
  UPDATE "checks" c SET "server_name" = v."server_name", "approval_context" = '@version:' || v."id"
    FROM "server_versions" v WHERE v."id" = c."version_id";
  UPDATE "checks" SET "server_name" = '', "approval_context" = '@version:' || "version_id" WHERE "server_name" IS NULL;
  INSERT INTO "check_conclusions" ("organization_id", "check_id", "sequence", "cause", "conclusion", "steps", "actor_id", "actor_handle", "at")
    SELECT "organization_id", "id", 1, 'run', "conclusion", "steps", 'system', 'rollcall', coalesce("finished_at", "requested_at")
    FROM "checks" WHERE "status" = 'completed' AND "conclusion" IN ('success', 'failure', 'neutral');
  PERFORM set_config('rollcall.organization_id', '', true);
END $$;

ALTER TABLE "checks"
  ALTER COLUMN "server_name" SET NOT NULL,
  ALTER COLUMN "approval_context" SET NOT NULL,
  ADD CONSTRAINT "checks_subject_check" CHECK (("version_id" IS NULL) = ("candidate" IS NOT NULL)),
  ADD CONSTRAINT "checks_context_check" CHECK ("context_id" ~ '^[A-Za-z0-9][A-Za-z0-9._:/#@+-]{0,199}$'),
  ADD CONSTRAINT "checks_approval_context_check" CHECK ("approval_context" = coalesce("context_id", "approval_context")
    AND ("context_id" IS NOT NULL OR "approval_context" LIKE '@%'));
CREATE INDEX "checks_organization_idx" ON "checks" ("organization_id", "requested_at" DESC, "id" DESC);
CREATE INDEX "checks_context_idx" ON "checks" ("organization_id", "server_name", "approval_context", "requested_at" DESC);
CREATE INDEX "checks_request_idx" ON "checks" ("organization_id", "request_key") WHERE "request_key" IS NOT NULL;

-- One person's word on one change, for one context. Taken back, it stays on the record.
CREATE TABLE "change_approvals" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_name" TEXT NOT NULL,
    "context_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "change" JSONB NOT NULL,
    "check_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "approved_by" TEXT NOT NULL,
    "approved_by_handle" TEXT NOT NULL,
    "approved_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,
    "revoked_by_handle" TEXT,
    "revoke_reason" TEXT,

    CONSTRAINT "change_approvals_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "change_approvals_reason_check" CHECK (length(btrim("reason")) BETWEEN 1 AND 1000),
    CONSTRAINT "change_approvals_fingerprint_check" CHECK ("fingerprint" ~ '^sha256:[0-9a-f]{64}$'),
    CONSTRAINT "change_approvals_revoked_check" CHECK (
      ("revoked_at" IS NULL) = ("revoked_by" IS NULL) AND ("revoked_at" IS NULL) = ("revoked_by_handle" IS NULL)
      AND ("revoked_at" IS NULL) = ("revoke_reason" IS NULL))
);
CREATE UNIQUE INDEX "change_approvals_in_force" ON "change_approvals" ("organization_id", "server_name", "context_id", "fingerprint")
  WHERE "revoked_at" IS NULL;

-- An approval says for ever what it said; the one thing that may happen to it is that it is taken back, once.
CREATE FUNCTION "refuse_approval_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD."revoked_at" IS NOT NULL
     OR (NEW."id", NEW."organization_id", NEW."server_name", NEW."context_id", NEW."fingerprint", NEW."change", NEW."check_id",
         NEW."reason", NEW."approved_by", NEW."approved_by_handle", NEW."approved_at")
        IS DISTINCT FROM
        (OLD."id", OLD."organization_id", OLD."server_name", OLD."context_id", OLD."fingerprint", OLD."change", OLD."check_id",
         OLD."reason", OLD."approved_by", OLD."approved_by_handle", OLD."approved_at") THEN
    RAISE EXCEPTION 'an approval is not rewritten' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "change_approvals_kept" BEFORE UPDATE OR DELETE ON "change_approvals" FOR EACH ROW EXECUTE FUNCTION "refuse_approval_rewrite"();
CREATE TRIGGER "change_approvals_no_truncate" BEFORE TRUNCATE ON "change_approvals" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_rewrite"();

SELECT rollcall_protect('check_conclusions');
SELECT rollcall_protect('change_approvals');
