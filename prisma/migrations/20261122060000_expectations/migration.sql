-- What agents say they rely on, and with which arguments gateways saw them call.

-- Every document an agent's team published, in order; the highest revision is the one in force. Append-only.
CREATE TABLE "expectation_sets" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "published_by" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "expectation_sets_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "expectation_sets_agent_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id"),
    CONSTRAINT "expectation_sets_revision_check" CHECK ("revision" > 0)
);
CREATE UNIQUE INDEX "expectation_sets_agent_revision_key" ON "expectation_sets"("agent_id", "revision");
CREATE INDEX "expectation_sets_organization_idx" ON "expectation_sets"("organization_id", "agent_id", "revision" DESC);

-- Which servers the document in force names: who is asked about a server finds its agents here. By name, because a
-- document may speak of a server before it is published.
CREATE TABLE "expectation_servers" (
    "organization_id" TEXT NOT NULL,
    "server_name" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "set_id" TEXT NOT NULL,

    CONSTRAINT "expectation_servers_pkey" PRIMARY KEY ("organization_id", "server_name", "agent_id"),
    CONSTRAINT "expectation_servers_set_fkey" FOREIGN KEY ("set_id") REFERENCES "expectation_sets"("id")
);
CREATE INDEX "expectation_servers_agent_idx" ON "expectation_servers"("agent_id");
CREATE INDEX "expectation_servers_set_idx" ON "expectation_servers"("set_id");

-- Calls by the set of top-level arguments they sent: names only, and only names of the approved schema. The shape '*'
-- counts calls of which the arguments are not known.
CREATE TABLE "usage_shapes" (
    "organization_id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "agent_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "shape" TEXT NOT NULL,
    "names" TEXT[] NOT NULL,
    "other" BOOLEAN NOT NULL,
    "calls" BIGINT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_shapes_pkey" PRIMARY KEY ("environment_id", "agent_id", "alias", "version", "tool", "shape"),
    CONSTRAINT "usage_shapes_calls_check" CHECK ("calls" >= 0),
    CONSTRAINT "usage_shapes_names_check" CHECK (cardinality("names") <= 64)
);
CREATE INDEX "usage_shapes_version_idx" ON "usage_shapes"("organization_id", "alias", "version");
CREATE INDEX "usage_hours_agent_idx" ON "usage_hours"("organization_id", "agent_id", "environment_id");

-- Calls from before: counted, but with arguments nobody wrote down. Rows of every organization are meant.
SELECT set_config('rollcall.organization_id', '*', false);
INSERT INTO "usage_shapes"
SELECT "organization_id", "environment_id", "agent_id", "alias", "version", "tool", '*', '{}', true,
  sum("ok" + "errors"), min("hour"), max("hour") + interval '1 hour'
FROM "usage_hours" GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum("ok" + "errors") > 0;
SELECT set_config('rollcall.organization_id', '', false);

SELECT rollcall_protect('expectation_sets');
SELECT rollcall_protect('expectation_servers');
SELECT rollcall_protect('usage_shapes');
