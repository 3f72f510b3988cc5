-- Signed checkpoints of the audit chain, and pruning up to one of them (ADR 0020).

CREATE TABLE "audit_checkpoints" (
    "organization_id" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" TEXT NOT NULL,

    CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY ("organization_id","sequence")
);

-- A public key that signed: what it signed stays verifiable after the key was replaced.
CREATE TABLE "audit_keys" (
    "organization_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "first_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_keys_pkey" PRIMARY KEY ("organization_id","key_id")
);

ALTER TABLE "audit_checkpoints" ADD CONSTRAINT "audit_checkpoints_key_fkey"
  FOREIGN KEY ("organization_id", "key_id") REFERENCES "audit_keys"("organization_id", "key_id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "audit_checkpoints" ADD CONSTRAINT "audit_checkpoints_hash_check" CHECK ("hash" ~ '^[0-9a-f]{64}$');

-- Reading by time and by actor.
CREATE INDEX "audit_events_at_idx" ON "audit_events"("organization_id", "at");
CREATE INDEX "audit_events_actor_idx" ON "audit_events"("organization_id", "actor_id");

-- A checkpoint says what the chain says, or it is not written.
CREATE FUNCTION "check_audit_checkpoint"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM "audit_events" e
      WHERE e."organization_id" = NEW."organization_id" AND e."sequence" = NEW."sequence" AND e."hash" = NEW."hash") THEN
    RAISE EXCEPTION 'the audit chain has no such event' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "audit_checkpoints_match" BEFORE INSERT ON "audit_checkpoints" FOR EACH ROW EXECUTE FUNCTION "check_audit_checkpoint"();
CREATE TRIGGER "audit_checkpoints_append_only" BEFORE UPDATE OR DELETE ON "audit_checkpoints" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "audit_checkpoints_no_truncate" BEFORE TRUNCATE ON "audit_checkpoints" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "audit_keys_append_only" BEFORE UPDATE OR DELETE ON "audit_keys" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "audit_keys_no_truncate" BEFORE TRUNCATE ON "audit_keys" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_rewrite"();

-- The newest checkpoint up to which events may go: older than the retention, which is 90 days at least, and never the head.
-- The database's own clock counts: a process cannot make events older than they are by moving its own.
CREATE FUNCTION "audit_prunable_through"("organization" text, "retention_days" integer) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT max(c."sequence") FROM "audit_checkpoints" c
  WHERE c."organization_id" = organization
    AND c."at" < now() - make_interval(days => greatest(retention_days, 90))
    AND c."sequence" < (SELECT max(e."sequence") FROM "audit_events" e WHERE e."organization_id" = organization)
$$;

-- Deleting is refused, but for what "prune_audit_events" is doing right now; and that is judged again, row by row.
CREATE FUNCTION "refuse_audit_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  pruning text := current_setting('rollcall.audit_pruning', true);
BEGIN
  IF TG_OP = 'DELETE' AND pruning IS NOT NULL AND pruning <> ''
     AND pruning = OLD."organization_id" || ' ' || split_part(pruning, ' ', 2)
     AND OLD."sequence" <= split_part(pruning, ' ', 2)::bigint
     AND split_part(pruning, ' ', 2)::bigint <= coalesce("audit_prunable_through"(OLD."organization_id", 90), 0) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER "audit_events_append_only" ON "audit_events";
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_rewrite"();

-- The one way in which events go: everything up to the newest checkpoint that is older than the retention. The checkpoint
-- stays as the anchor of the rest. Runs as its owner, who alone may delete; hence it looks at the session's organization itself.
CREATE FUNCTION "prune_audit_events"("organization" text, "retention_days" integer)
RETURNS TABLE ("through" bigint, "hash" text, "pruned" bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
  scope text := current_setting('rollcall.organization_id', true);
  upto bigint;
  gone bigint;
BEGIN
  IF scope IS NULL OR (scope <> '*' AND scope <> organization) THEN
    RAISE EXCEPTION 'not the organization of this session' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF retention_days IS NULL OR retention_days < 90 THEN
    RAISE EXCEPTION 'audit events are kept for 90 days at least' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  upto := "audit_prunable_through"(organization, retention_days);
  IF upto IS NULL THEN RETURN; END IF;
  PERFORM set_config('rollcall.audit_pruning', organization || ' ' || upto, true);
  DELETE FROM "audit_events" e WHERE e."organization_id" = organization AND e."sequence" <= upto;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('rollcall.audit_pruning', '', true);
  IF gone = 0 THEN RETURN; END IF;
  RETURN QUERY SELECT c."sequence", c."hash", gone FROM "audit_checkpoints" c
    WHERE c."organization_id" = organization AND c."sequence" = upto;
END $$;
