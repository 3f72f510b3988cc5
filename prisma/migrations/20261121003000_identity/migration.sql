-- Who exists: federation of tokens, and what keeps teams from being left without anybody.

CREATE TABLE "federation_rules" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "claims" JSONB NOT NULL,
    "scopes" TEXT[],
    "principal_id" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "federation_rules_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "federation_rules_issuer_idx" ON "federation_rules"("organization_id", "issuer");
-- a name is free again once its rule is revoked
CREATE UNIQUE INDEX "federation_rules_name_key" ON "federation_rules"("organization_id", "name") WHERE "revoked_at" IS NULL;
ALTER TABLE "federation_rules" ADD CONSTRAINT "federation_rules_principal_fkey"
  FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "federation_rules" ADD CONSTRAINT "federation_rules_claims_check"
  CHECK (jsonb_typeof("claims") = 'object' AND "claims" <> '{}'::jsonb);

CREATE TABLE "federation_uses" (
    "organization_id" TEXT NOT NULL,
    "token_key" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "federation_uses_pkey" PRIMARY KEY ("organization_id", "token_key")
);
CREATE INDEX "federation_uses_expires_idx" ON "federation_uses"("expires_at");

-- A rule says for ever what it said: who may sign in is not edited, it is revoked and written anew.
CREATE FUNCTION "refuse_federation_rule_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."revoked_at" IS NOT NULL
     OR (to_jsonb(NEW) - 'revoked_at') IS DISTINCT FROM (to_jsonb(OLD) - 'revoked_at') THEN
    RAISE EXCEPTION 'a federation rule can only be revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "federation_rules_immutable" BEFORE UPDATE ON "federation_rules"
  FOR EACH ROW EXECUTE FUNCTION "refuse_federation_rule_rewrite"();

ALTER TABLE "team_members" ADD CONSTRAINT "team_members_role_check" CHECK ("role" IN ('maintainer', 'developer'));

-- A team that owns something cannot go away.
ALTER TABLE "namespaces" ADD CONSTRAINT "namespaces_team_fkey"
  FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "servers" ADD CONSTRAINT "servers_team_fkey"
  FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "agents" ADD CONSTRAINT "agents_team_fkey"
  FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "namespaces_team_idx" ON "namespaces"("team_id");
CREATE INDEX "servers_team_idx" ON "servers"("team_id");
CREATE INDEX "agents_team_idx" ON "agents"("team_id");

-- What is owned has somebody who answers for it: the last enabled member of a team that owns something stays. The team's row
-- is locked first, so that two who leave at the same time come one after the other, and the second sees that the first is gone.
CREATE FUNCTION "keep_last_member"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM "teams" t WHERE t."id" = OLD."team_id" FOR UPDATE;
  PERFORM "refuse_empty_team"(OLD."team_id");
  RETURN NULL;
END $$;

CREATE FUNCTION "keep_last_enabled_member"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  left_team text;
BEGIN
  FOR left_team IN
    SELECT t."id" FROM "teams" t
    WHERE t."id" IN (SELECT m."team_id" FROM "team_members" m WHERE m."principal_id" = NEW."id")
    ORDER BY t."id" FOR UPDATE
  LOOP
    PERFORM "refuse_empty_team"(left_team);
  END LOOP;
  RETURN NULL;
END $$;

CREATE FUNCTION "refuse_empty_team"("team" text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "team_members" m JOIN "principals" p ON p."id" = m."principal_id"
             WHERE m."team_id" = team AND p."disabled_at" IS NULL) THEN
    RETURN;
  END IF;
  IF EXISTS (SELECT FROM "servers" WHERE "team_id" = team) OR EXISTS (SELECT FROM "namespaces" WHERE "team_id" = team)
     OR EXISTS (SELECT FROM "agents" WHERE "team_id" = team) THEN
    RAISE EXCEPTION 'the team would be left without a member'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'teams_last_member', TABLE = 'teams';
  END IF;
END $$;

CREATE TRIGGER "team_members_last_member" AFTER DELETE OR UPDATE OF "team_id", "principal_id" ON "team_members"
  FOR EACH ROW EXECUTE FUNCTION "keep_last_member"();
CREATE TRIGGER "principals_last_member" AFTER UPDATE OF "disabled_at" ON "principals"
  FOR EACH ROW WHEN (OLD."disabled_at" IS NULL AND NEW."disabled_at" IS NOT NULL)
  EXECUTE FUNCTION "keep_last_enabled_member"();
