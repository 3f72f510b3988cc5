-- Scheduled looks at endpoints: when each is due, what was seen, and what it adds up to (ADR 0025).

CREATE TABLE "probe_schedules" (
  "endpoint_id" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "interval_ms" INTEGER NOT NULL,
  "spread" INTEGER NOT NULL,
  "next_at" TIMESTAMPTZ(3) NOT NULL,
  "claimed_by" TEXT,
  "claimed_until" TIMESTAMPTZ(3),
  "state" TEXT NOT NULL DEFAULT 'unknown',
  "since" TIMESTAMPTZ(3) NOT NULL,
  "streak" INTEGER NOT NULL DEFAULT 0,
  "failures" INTEGER NOT NULL DEFAULT 0,
  "era" TEXT,
  "era_at" TIMESTAMPTZ(3),
  "contract_digest" TEXT,
  "contract_changes" INTEGER NOT NULL DEFAULT 0,
  "contract_window_at" TIMESTAMPTZ(3),
  "certificate_expires_at" TIMESTAMPTZ(3),
  "findings" JSONB NOT NULL DEFAULT '[]',
  "last_outcome" TEXT,
  "last_detail" TEXT,
  "last_at" TIMESTAMPTZ(3),
  "last_latency_ms" INTEGER,
  CONSTRAINT "probe_schedules_pkey" PRIMARY KEY ("endpoint_id"),
  CONSTRAINT "probe_schedules_endpoint_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "probe_schedules_interval_check" CHECK ("interval_ms" BETWEEN 10000 AND 86400000),
  CONSTRAINT "probe_schedules_spread_check" CHECK ("spread" >= 0),
  CONSTRAINT "probe_schedules_claim_check" CHECK (("claimed_by" IS NULL) = ("claimed_until" IS NULL)),
  CONSTRAINT "probe_schedules_state_check" CHECK ("state" IN ('healthy', 'degraded', 'unhealthy', 'unknown'))
) WITH (fillfactor = 60);
CREATE INDEX "probe_schedules_due_idx" ON "probe_schedules" ("next_at");
-- whoever is claimed counts against the budget of its host
CREATE INDEX "probe_schedules_claimed_idx" ON "probe_schedules" ("claimed_until") WHERE "claimed_until" IS NOT NULL;
SELECT "rollcall_protect"('probe_schedules');

-- One row per slot of an endpoint: the key is what makes a second result of the same slot impossible.
CREATE TABLE "probe_results" (
  "organization_id" TEXT NOT NULL,
  "endpoint_id" TEXT NOT NULL,
  "scheduled_at" TIMESTAMPTZ(3) NOT NULL,
  "lag_ms" INTEGER NOT NULL,
  "outcome" TEXT NOT NULL,
  "detail" TEXT,
  "latency_ms" INTEGER,
  "latency_bucket" SMALLINT,
  "covers_ms" INTEGER NOT NULL,
  "era" TEXT,
  "protocol_version" TEXT,
  "contract_digest" TEXT,
  "state" TEXT NOT NULL,
  CONSTRAINT "probe_results_pkey" PRIMARY KEY ("endpoint_id", "scheduled_at"),
  CONSTRAINT "probe_results_outcome_check" CHECK ("outcome" IN ('healthy', 'degraded', 'auth_required', 'forbidden',
    'protocol_violation', 'timeout', 'tls', 'dns', 'unreachable', 'refused_by_policy', 'unknown')),
  CONSTRAINT "probe_results_state_check" CHECK ("state" IN ('healthy', 'degraded', 'unhealthy', 'unknown'))
) PARTITION BY RANGE ("scheduled_at");
SELECT "rollcall_protect"('probe_results');

-- Sums of an hour or a day per endpoint. The three maps can be added up over any span of time: number of probes and
-- milliseconds they stand for per outcome, and number of answers per latency bucket.
CREATE TABLE "probe_rollups" (
  "organization_id" TEXT NOT NULL,
  "endpoint_id" TEXT NOT NULL,
  "unit" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "outcomes" JSONB NOT NULL,
  "covers" JSONB NOT NULL,
  "latency" JSONB NOT NULL,
  CONSTRAINT "probe_rollups_pkey" PRIMARY KEY ("endpoint_id", "unit", "at"),
  CONSTRAINT "probe_rollups_unit_check" CHECK ("unit" IN ('hour', 'day'))
);
CREATE INDEX "probe_rollups_at_idx" ON "probe_rollups" ("organization_id", "unit", "at");
SELECT "rollcall_protect"('probe_rollups');

-- A day of results is one partition: old ones go by dropping it. The application may not make or drop tables; these two
-- functions may, for this one table, and only for the product itself: never in a session of one organization.
CREATE FUNCTION "make_probe_partitions"("first_day" date, "last_day" date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  one date;
  name text;
  made integer := 0;
BEGIN
  IF current_setting('rollcall.organization_id', true) IS DISTINCT FROM '*' THEN
    RAISE EXCEPTION 'partitions belong to no organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF last_day - first_day > 62 THEN
    RAISE EXCEPTION 'too many partitions at once' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR one IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    name := 'probe_results_' || to_char(one, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
    -- two processes may want the same day at once; behind a long reader nobody may wait who stores results
    PERFORM set_config('lock_timeout', '2s', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('probe_partitions', 0));
    CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I PARTITION OF "probe_results" FOR VALUES FROM (%L) TO (%L)', name,
      one::text || ' 00:00:00+00', (one + 1)::text || ' 00:00:00+00');
    PERFORM "rollcall_protect"(to_regclass(quote_ident(name)));
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
CREATE FUNCTION "drop_probe_partitions"("before_day" date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  name text;
  dropped integer := 0;
BEGIN
  IF current_setting('rollcall.organization_id', true) IS DISTINCT FROM '*' THEN
    RAISE EXCEPTION 'partitions belong to no organization' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- never what a window still shows: a process cannot make results older than they are by moving its clock
  IF before_day > (now() - interval '2 days')::date THEN
    RAISE EXCEPTION 'results of the last two days stay' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM set_config('lock_timeout', '2s', true);
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'probe_results'::regclass AND c.relname < 'probe_results_' || to_char(before_day, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE EXECUTE ON FUNCTION "make_probe_partitions"(date, date), "drop_probe_partitions"(date) FROM PUBLIC;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_app') THEN
    GRANT EXECUTE ON FUNCTION "make_probe_partitions"(date, date), "drop_probe_partitions"(date) TO "rollcall_app";
  END IF;
END $$;
SELECT set_config('rollcall.organization_id', '*', false);
SELECT "make_probe_partitions"((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 3);
SELECT set_config('rollcall.organization_id', '', false);

-- The first slot of an endpoint after a moment (slotAfter of libs/probes says the same).
CREATE FUNCTION "probe_slot_after"("after" timestamptz, "pause_ms" integer, "spread" integer) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_timestamp((floor((round(extract(epoch FROM after) * 1000) - spread % pause_ms) / pause_ms) + 1) * pause_ms / 1000.0
    + (spread % pause_ms) / 1000.0)
$$;

-- Owners of agents are told when what their agents use is down, and when it is back.
ALTER TABLE "notices" DROP CONSTRAINT "notices_kind_check";
ALTER TABLE "notices" ADD CONSTRAINT "notices_kind_check" CHECK ("kind" IN ('deprecated', 'restored', 'sunset_approaching',
  'sunset_reached', 'decommissioned', 'quarantined', 'released', 'unhealthy', 'recovered'));
