-- Evidence by doing: example calls with their runs, conformance runs, and how good a service has to be.

-- Every set of golden calls that was ever declared for a server; the newest revision holds.
CREATE TABLE "golden_sets" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "declared_by" TEXT NOT NULL,
    "declared_by_handle" TEXT NOT NULL,
    "declared_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "golden_sets_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "golden_sets_revision_check" CHECK ("revision" > 0)
);
CREATE UNIQUE INDEX "golden_sets_server_revision_key" ON "golden_sets"("server_id", "revision");
ALTER TABLE "golden_sets" ADD CONSTRAINT "golden_sets_server_fkey"
  FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TRIGGER "golden_sets_append_only" BEFORE UPDATE OR DELETE ON "golden_sets"
  FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- A reviewer's word that one tool may be called although it is not read-only: this definition, with these arguments, until then.
CREATE TABLE "golden_permissions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "tool_digest" TEXT NOT NULL,
    "calls_digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "declared_by" TEXT NOT NULL,
    "granted_by" TEXT NOT NULL,
    "granted_by_handle" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_by_handle" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "golden_permissions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "golden_permissions_two_people_check" CHECK ("granted_by" <> "declared_by"),
    CONSTRAINT "golden_permissions_expiry_check" CHECK ("expires_at" > "granted_at")
);
CREATE INDEX "golden_permissions_server_idx" ON "golden_permissions"("server_id", "granted_at" DESC);
ALTER TABLE "golden_permissions" ADD CONSTRAINT "golden_permissions_server_fkey"
  FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "golden_runs" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "set_id" TEXT NOT NULL,
    "set_revision" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "outcome" TEXT,
    "detail" TEXT,
    "era" TEXT,
    "protocol_version" TEXT,
    "contract_digest" TEXT,
    "passed" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "interactive" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "golden_runs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "golden_runs_status_check" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
);
CREATE INDEX "golden_runs_version_idx" ON "golden_runs"("version_id", "requested_at" DESC);
CREATE INDEX "golden_runs_set_idx" ON "golden_runs"("set_id");
ALTER TABLE "golden_runs" ADD CONSTRAINT "golden_runs_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "golden_runs" ADD CONSTRAINT "golden_runs_set_fkey"
  FOREIGN KEY ("set_id") REFERENCES "golden_sets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "golden_results" (
    "run_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "latency_ms" INTEGER,
    "result_digest" TEXT,
    "result_bytes" INTEGER,
    "result_excerpt" TEXT,
    "permission_id" TEXT,

    CONSTRAINT "golden_results_pkey" PRIMARY KEY ("run_id", "position"),
    CONSTRAINT "golden_results_outcome_check" CHECK ("outcome" IN ('passed', 'failed', 'interactive', 'refused'))
);
ALTER TABLE "golden_results" ADD CONSTRAINT "golden_results_run_fkey"
  FOREIGN KEY ("run_id") REFERENCES "golden_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Server-agnostic scenarios of the official suite, run against one endpoint.
CREATE TABLE "conformance_runs" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "code" TEXT,
    "detail" TEXT,
    "kit" TEXT,
    "spec_version" TEXT,
    "contract_digest" TEXT,
    "scenarios" JSONB NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "conformance_runs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "conformance_runs_status_check" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'))
);
CREATE INDEX "conformance_runs_version_idx" ON "conformance_runs"("version_id", "requested_at" DESC);
ALTER TABLE "conformance_runs" ADD CONSTRAINT "conformance_runs_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- How good a server has to be, as its owner says; one at a time, earlier ones are in the audit log.
CREATE TABLE "service_objectives" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "availability" DOUBLE PRECISION NOT NULL,
    "latency_p95_ms" INTEGER,
    "window_days" INTEGER NOT NULL,
    "set_by_handle" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_objectives_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "service_objectives_availability_check" CHECK ("availability" > 0 AND "availability" < 100),
    CONSTRAINT "service_objectives_window_check" CHECK ("window_days" BETWEEN 1 AND 90)
);
CREATE UNIQUE INDEX "service_objectives_server_key" ON "service_objectives"("server_id");
ALTER TABLE "service_objectives" ADD CONSTRAINT "service_objectives_server_fkey"
  FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

SELECT rollcall_protect('golden_sets');
SELECT rollcall_protect('golden_permissions');
SELECT rollcall_protect('golden_runs');
SELECT rollcall_protect('golden_results');
SELECT rollcall_protect('conformance_runs');
SELECT rollcall_protect('service_objectives');
