-- The foundation: every table of the first release. Generated from prisma/schema, then the guarantees Prisma cannot express.

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "policy" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "teams" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "principals" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,

    CONSTRAINT "principals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team_members" (
    "organization_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "team_members_pkey" PRIMARY KEY ("team_id","principal_id")
);

-- CreateTable
CREATE TABLE "role_assignments" (
    "organization_id" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "role_assignments_pkey" PRIMARY KEY ("principal_id","role")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_tokens" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "grants" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "versions" TEXT NOT NULL,
    "tools" TEXT[],
    "granted_by" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "organization_id" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_handle" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("organization_id","sequence")
);

-- CreateTable
CREATE TABLE "bundles" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "serial" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "state_digest" TEXT NOT NULL,
    "previous_sha256" TEXT,
    "envelope" BYTEA NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bundles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trust_roots" (
    "organization_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "envelope" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trust_roots_pkey" PRIMARY KEY ("organization_id","version")
);

-- CreateTable
CREATE TABLE "kill_entries" (
    "environment_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "lifted" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kill_entries_pkey" PRIMARY KEY ("environment_id","sequence")
);

-- CreateTable
CREATE TABLE "checks" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "inspection_id" TEXT,
    "base_version_id" TEXT,
    "contract_digest" TEXT,
    "status" TEXT NOT NULL,
    "conclusion" TEXT,
    "comparison" JSONB,
    "findings" JSONB NOT NULL,
    "steps" JSONB NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "checks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateways" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "principal_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateway_statuses" (
    "gateway_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "boot_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "result" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "serial" INTEGER NOT NULL,
    "bundle_sha256" TEXT,
    "error" JSONB,
    "drift" JSONB NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gateway_statuses_pkey" PRIMARY KEY ("gateway_id")
);

-- CreateTable
CREATE TABLE "usage_hours" (
    "organization_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "agent_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "ok" INTEGER NOT NULL,
    "refused" INTEGER NOT NULL,
    "errors" INTEGER NOT NULL,

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("environment_id","hour","agent_id","alias","version","tool")
);

-- CreateTable
CREATE TABLE "usage_reports" (
    "gateway_id" TEXT NOT NULL,
    "boot_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "organization_id" TEXT NOT NULL,
    "window_end" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_reports_pkey" PRIMARY KEY ("gateway_id","boot_id","seq")
);

-- CreateTable
CREATE TABLE "contracts" (
    "organization_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "contract" JSONB NOT NULL,
    "tool_count" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "contracts_pkey" PRIMARY KEY ("organization_id","digest")
);

-- CreateTable
CREATE TABLE "inspections" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "environment_id" TEXT,
    "purpose" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "outcome" TEXT,
    "detail" TEXT,
    "era" TEXT,
    "protocol_version" TEXT,
    "transport" TEXT,
    "contract_digest" TEXT,
    "unauthenticated_access_refused" BOOLEAN,
    "latency_ms" INTEGER,
    "issues" JSONB NOT NULL,
    "frames" JSONB,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "inspections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dispatched_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "namespaces" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "proof" TEXT NOT NULL,
    "proved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "namespaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environments" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "servers" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "namespace_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "title" TEXT,
    "description" TEXT NOT NULL,
    "contact" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "servers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_versions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "manifest" JSONB NOT NULL,
    "manifest_digest" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "state_changed_at" TIMESTAMPTZ(3) NOT NULL,
    "is_latest" BOOLEAN NOT NULL DEFAULT false,
    "publisher_id" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,
    "contract_digest" TEXT,
    "approved_contract_digest" TEXT,
    "approval_rules" JSONB NOT NULL,
    "deprecation" JSONB,
    "quarantine_reason" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "server_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "endpoints" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "transport" TEXT NOT NULL,
    "url" TEXT,
    "launcher" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transitions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "from_state" TEXT,
    "to_state" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_handle" TEXT NOT NULL,
    "reason" TEXT,
    "guards" JSONB NOT NULL,
    "overridden" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transitions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "guard_exceptions" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "guard" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "granted_by" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guard_exceptions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "teams_organization_slug_key" ON "teams"("organization_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "principals_organization_handle_key" ON "principals"("organization_id", "handle");

-- CreateIndex
CREATE INDEX "team_members_principal_idx" ON "team_members"("principal_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_sha256_key" ON "api_tokens"("sha256");

-- CreateIndex
CREATE INDEX "api_tokens_principal_idx" ON "api_tokens"("principal_id");

-- CreateIndex
CREATE UNIQUE INDEX "agents_organization_slug_key" ON "agents"("organization_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "agent_tokens_sha256_key" ON "agent_tokens"("sha256");

-- CreateIndex
CREATE INDEX "grants_environment_idx" ON "grants"("organization_id", "environment_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_events_id_key" ON "audit_events"("id");

-- CreateIndex
CREATE INDEX "audit_events_subject_idx" ON "audit_events"("organization_id", "subject");

-- CreateIndex
CREATE INDEX "bundles_sha256_idx" ON "bundles"("organization_id", "sha256");

-- CreateIndex
CREATE UNIQUE INDEX "bundles_environment_serial_key" ON "bundles"("environment_id", "epoch", "serial");

-- CreateIndex
CREATE INDEX "checks_version_idx" ON "checks"("version_id", "requested_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "gateways_principal_key" ON "gateways"("principal_id");

-- CreateIndex
CREATE UNIQUE INDEX "gateways_organization_name_key" ON "gateways"("organization_id", "name");

-- CreateIndex
CREATE INDEX "usage_hours_version_idx" ON "usage_hours"("organization_id", "alias", "version", "hour" DESC);

-- CreateIndex
CREATE INDEX "inspections_version_idx" ON "inspections"("version_id", "requested_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "namespaces_organization_name_key" ON "namespaces"("organization_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "environments_organization_name_key" ON "environments"("organization_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "servers_organization_name_key" ON "servers"("organization_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "servers_organization_alias_key" ON "servers"("organization_id", "alias");

-- CreateIndex
CREATE INDEX "server_versions_state_idx" ON "server_versions"("organization_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "server_versions_server_version_key" ON "server_versions"("server_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "endpoints_version_environment_key" ON "endpoints"("version_id", "environment_id");

-- CreateIndex
CREATE INDEX "transitions_version_idx" ON "transitions"("version_id", "at");

-- CreateIndex
CREATE INDEX "guard_exceptions_server_idx" ON "guard_exceptions"("server_id");

-- AddForeignKey
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_team_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_principal_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_principal_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_tokens" ADD CONSTRAINT "agent_tokens_agent_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "grants" ADD CONSTRAINT "grants_agent_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gateway_statuses" ADD CONSTRAINT "gateway_statuses_gateway_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_server_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_version_fkey" FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transitions" ADD CONSTRAINT "transitions_version_fkey" FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- At most one latest version per server, whatever the code does.
CREATE UNIQUE INDEX "server_versions_one_latest" ON "server_versions" ("server_id") WHERE "is_latest";

-- Words of the domain, not free text.
ALTER TABLE "server_versions" ADD CONSTRAINT "server_versions_state_check"
  CHECK ("state" IN ('draft', 'in_review', 'rejected', 'staging', 'canary', 'active', 'deprecated', 'decommissioned'));
ALTER TABLE "environments" ADD CONSTRAINT "environments_kind_check" CHECK ("kind" IN ('staging', 'production'));
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_transport_check" CHECK (
  ("transport" = 'streamable-http' AND "url" IS NOT NULL AND "launcher" IS NULL)
  OR ("transport" = 'stdio' AND "launcher" IS NOT NULL AND "url" IS NULL));
ALTER TABLE "inspections" ADD CONSTRAINT "inspections_status_check" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'));
ALTER TABLE "checks" ADD CONSTRAINT "checks_status_check" CHECK ("status" IN ('queued', 'running', 'completed', 'failed'));
ALTER TABLE "servers" ADD CONSTRAINT "servers_alias_check" CHECK ("alias" ~ '^[a-z0-9][a-z0-9-]{0,31}$');
ALTER TABLE "principals" ADD CONSTRAINT "principals_kind_check" CHECK ("kind" IN ('user', 'service_account', 'gateway', 'system'));

-- The dispatcher reads only what is waiting.
CREATE INDEX "outbox_pending" ON "outbox" ("available_at", "id") WHERE "dispatched_at" IS NULL;

-- Append-only tables: history cannot be rewritten through the application's connection.
CREATE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "transitions_append_only" BEFORE UPDATE OR DELETE ON "transitions" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "bundles_append_only" BEFORE UPDATE OR DELETE ON "bundles" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "contracts_append_only" BEFORE UPDATE OR DELETE ON "contracts" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- A published version is immutable: its manifest never changes, its approved contract is set once.
CREATE FUNCTION "refuse_version_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."version" IS DISTINCT FROM OLD."version" OR NEW."manifest" IS DISTINCT FROM OLD."manifest"
     OR NEW."manifest_digest" IS DISTINCT FROM OLD."manifest_digest" OR NEW."server_id" IS DISTINCT FROM OLD."server_id"
     OR NEW."publisher_id" IS DISTINCT FROM OLD."publisher_id" THEN
    RAISE EXCEPTION 'a published version is immutable' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD."approved_contract_digest" IS NOT NULL AND NEW."approved_contract_digest" IS DISTINCT FROM OLD."approved_contract_digest" THEN
    RAISE EXCEPTION 'an approved contract is immutable' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "server_versions_immutable" BEFORE UPDATE ON "server_versions" FOR EACH ROW EXECUTE FUNCTION "refuse_version_rewrite"();

-- A new bundle wakes every api replica, which then answers its parked polls from memory.
CREATE FUNCTION "notify_bundle"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('rollcall_bundles', NEW."environment_id");
  RETURN NEW;
END $$;
CREATE TRIGGER "bundles_notify" AFTER INSERT ON "bundles" FOR EACH ROW EXECUTE FUNCTION "notify_bundle"();
CREATE TRIGGER "kill_entries_notify" AFTER INSERT ON "kill_entries" FOR EACH ROW EXECUTE FUNCTION "notify_bundle"();
