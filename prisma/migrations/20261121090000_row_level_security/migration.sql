-- The second wall between organizations: whatever a query forgets to filter, a session sees one organization only (ADR 0019).
-- This migration covers every table that is there; later ones call rollcall_protect for each table they make.

-- The role sessions work under when their user would skip the policies. Roles belong to the whole server, and several of its
-- databases may migrate at once; a user who may not make roles is no superuser, so the policies hold for it as it is.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_app') THEN
    BEGIN
      CREATE ROLE "rollcall_app" NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END;
  END IF;
  -- a superuser may take on any role; a user who only has BYPASSRLS must be a member
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolbypassrls AND NOT rolsuper) THEN
    BEGIN
      EXECUTE format('GRANT "rollcall_app" TO %I', current_user);
    EXCEPTION WHEN undefined_object OR unique_violation OR insufficient_privilege THEN NULL;
    END;
  END IF;
END $$;

-- Rows of one organization: only in its sessions, or in those of the product itself ('*'). Without a value: none.
-- The settings are read once per query, hence the sub-selects.
CREATE FUNCTION "rollcall_protect"("target" regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  key_column text := CASE WHEN target = 'organizations'::regclass THEN 'id' ELSE 'organization_id' END;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('DROP POLICY IF EXISTS "organization_wall" ON %s', target);
  EXECUTE format(
    'CREATE POLICY "organization_wall" ON %s USING (
       %I = (SELECT current_setting(''rollcall.organization_id'', true))
       OR (SELECT current_setting(''rollcall.organization_id'', true)) = ''*'')', target, key_column);
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_app') THEN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO "rollcall_app"', target);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION "rollcall_protect"(regclass) FROM PUBLIC;

DO $$
DECLARE
  one record;
BEGIN
  FOR one IN
    SELECT c.oid::regclass AS target FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND (c.relname = 'organizations' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped))
  LOOP
    PERFORM "rollcall_protect"(one.target);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_app') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO "rollcall_app"', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO "rollcall_app"', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO "rollcall_app"', current_schema());
    -- no default for tables: one that is made later and not protected is closed to the application, not open
    -- what is append-only lacks the rights too, on top of its triggers; nobody truncates
    REVOKE UPDATE, DELETE ON "audit_events", "audit_checkpoints" FROM "rollcall_app";
  END IF;
END $$;
