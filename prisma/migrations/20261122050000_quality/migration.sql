-- How loud which rule of lint is, for whom, and which findings are let pass until when.

-- Every rule set that was ever in force; of each namespace ('' is the organization) the one with the highest revision counts.
CREATE TABLE "lint_rule_sets" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "author_id" TEXT NOT NULL,
    "author_handle" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lint_rule_sets_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "lint_rule_sets_revision_check" CHECK ("revision" > 0)
);
CREATE UNIQUE INDEX "lint_rule_sets_revision_key" ON "lint_rule_sets"("organization_id", "namespace", "revision");
CREATE TRIGGER "lint_rule_sets_append_only" BEFORE UPDATE OR DELETE ON "lint_rule_sets"
  FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- No exception without an end, and none that is longer than a year.
CREATE TABLE "lint_exceptions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "tool" TEXT,
    "rule_id" TEXT NOT NULL,
    "fingerprints" TEXT[] NOT NULL,
    "reason" TEXT NOT NULL,
    "granted_by" TEXT NOT NULL,
    "granted_by_handle" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by_handle" TEXT,

    CONSTRAINT "lint_exceptions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "lint_exceptions_span_check"
      CHECK ("expires_at" > "granted_at" AND "expires_at" <= "granted_at" + INTERVAL '8760 hours'),
    CONSTRAINT "lint_exceptions_revoked_check" CHECK (("revoked_at" IS NULL) = ("revoked_by_handle" IS NULL))
);
CREATE INDEX "lint_exceptions_server_idx" ON "lint_exceptions"("server_id", "expires_at");
CREATE INDEX "lint_exceptions_organization_idx" ON "lint_exceptions"("organization_id", "granted_at" DESC, "id" DESC);
ALTER TABLE "lint_exceptions" ADD CONSTRAINT "lint_exceptions_server_fkey"
  FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

SELECT rollcall_protect('lint_rule_sets');
SELECT rollcall_protect('lint_exceptions');
