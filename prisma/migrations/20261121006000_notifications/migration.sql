-- Webhooks, their deliveries, and notices to the owners of agents.

CREATE TABLE "webhook_endpoints" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "team_id" TEXT,
    "kind" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "url_sealed" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "events" TEXT[],
    "secret_sealed" TEXT,
    "previous_secret_sealed" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "disabled_reason" TEXT,
    "failing_since" TIMESTAMPTZ(3),
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_endpoints_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT,
    CONSTRAINT "webhook_endpoints_team_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT,
    CONSTRAINT "webhook_endpoints_kind_check" CHECK ("kind" IN ('standard', 'slack')),
    CONSTRAINT "webhook_endpoints_description_check" CHECK (length("description") <= 200),
    -- what is signed needs a secret; what is not must not pretend to have one
    CONSTRAINT "webhook_endpoints_secret_check" CHECK (("kind" = 'standard') = ("secret_sealed" IS NOT NULL)),
    CONSTRAINT "webhook_endpoints_previous_secret_check"
      CHECK (("previous_secret_sealed" IS NULL) = ("previous_secret_until" IS NULL)),
    CONSTRAINT "webhook_endpoints_disabled_check" CHECK ("enabled" = ("disabled_reason" IS NULL))
);
CREATE INDEX "webhook_endpoints_team_idx" ON "webhook_endpoints"("organization_id", "team_id");

CREATE TABLE "webhook_events" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "team_id" TEXT,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_events_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_events_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT
);
CREATE INDEX "webhook_events_occurred_idx" ON "webhook_events"("occurred_at");

CREATE TABLE "webhook_deliveries" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "round_start" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "last_error" TEXT,
    "response_excerpt" TEXT,
    "log" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "webhook_deliveries_endpoint_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE,
    CONSTRAINT "webhook_deliveries_event_fkey" FOREIGN KEY ("event_id") REFERENCES "webhook_events"("id") ON DELETE CASCADE,
    CONSTRAINT "webhook_deliveries_status_check" CHECK ("status" IN ('pending', 'delivered', 'dead')),
    -- a pending delivery without a time would wait for ever
    CONSTRAINT "webhook_deliveries_due_check" CHECK (("status" = 'pending') = ("next_attempt_at" IS NOT NULL)),
    CONSTRAINT "webhook_deliveries_delivered_check" CHECK (("status" = 'delivered') = ("delivered_at" IS NOT NULL)),
    CONSTRAINT "webhook_deliveries_attempts_check" CHECK ("round_start" >= 0 AND "attempts" >= "round_start"),
    CONSTRAINT "webhook_deliveries_texts_check" CHECK (length("last_error") <= 500 AND octet_length("response_excerpt") <= 1024)
);
-- one delivery per endpoint and event, however often the event leaves the outbox
CREATE UNIQUE INDEX "webhook_deliveries_endpoint_event_key" ON "webhook_deliveries"("endpoint_id", "event_id");
CREATE INDEX "webhook_deliveries_endpoint_idx" ON "webhook_deliveries"("endpoint_id", "created_at" DESC, "id" DESC);
CREATE INDEX "webhook_deliveries_event_idx" ON "webhook_deliveries"("event_id");
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries"("next_attempt_at", "id") WHERE "status" = 'pending';

CREATE TABLE "notices" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "read_by" TEXT,

    CONSTRAINT "notices_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "notices_organization_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE RESTRICT,
    CONSTRAINT "notices_team_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT,
    CONSTRAINT "notices_agent_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE,
    CONSTRAINT "notices_version_fkey" FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE CASCADE,
    CONSTRAINT "notices_kind_check"
      CHECK ("kind" IN ('deprecated', 'restored', 'sunset_approaching', 'sunset_reached', 'decommissioned', 'quarantined', 'released')),
    CONSTRAINT "notices_read_check" CHECK (("read_at" IS NULL) = ("read_by" IS NULL))
);
CREATE UNIQUE INDEX "notices_organization_dedupe_key" ON "notices"("organization_id", "dedupe_key");
CREATE INDEX "notices_team_idx" ON "notices"("organization_id", "team_id", "created_at" DESC, "id" DESC);
