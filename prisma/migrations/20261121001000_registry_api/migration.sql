-- The registry API v0.1: pages in byte order without sorting, substring search, and which server is at which address.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Pages are walked by (server_name, version) in bytes, whatever the collation of the database. Each kind of list has its index.
CREATE INDEX "server_versions_catalogue_idx" ON "server_versions" ("organization_id", "server_name" COLLATE "C", "version" COLLATE "C")
  WHERE "state" IN ('canary', 'active', 'deprecated') AND "quarantine_reason" IS NULL;
CREATE INDEX "server_versions_catalogue_latest_idx" ON "server_versions" ("organization_id", "server_name" COLLATE "C", "version" COLLATE "C")
  WHERE "is_latest";
CREATE INDEX "server_versions_catalogue_all_idx" ON "server_versions" ("organization_id", "server_name" COLLATE "C", "version" COLLATE "C")
  WHERE "state" IN ('canary', 'active', 'deprecated', 'decommissioned');
CREATE INDEX "server_versions_version_idx" ON "server_versions" ("organization_id", "version", "server_name" COLLATE "C");
CREATE INDEX "server_versions_updated_idx" ON "server_versions" ("organization_id", "updated_at");
CREATE INDEX "server_versions_text_idx" ON "server_versions"
  USING gin ("server_name" gin_trgm_ops, "description" gin_trgm_ops);
CREATE INDEX "servers_name_bytes_idx" ON "servers" ("organization_id", "name" COLLATE "C");

-- Row-level security lets no index answer ILIKE, because that operator is not leakproof: under the policies every search would
-- read the whole catalogue. This function reads as the owner of the tables, and holds the same wall by itself. The statement is
-- planned for its pattern at each call: a rare word is looked up, a common one is found by reading until "cap" are together.
CREATE FUNCTION "catalogue_matches"("source" text, "organization" text, "pattern" text, "cap" integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  wall text := current_setting('rollcall.organization_id', true);
BEGIN
  IF source NOT IN ('server_versions', 'mirrored_versions') THEN
    RAISE EXCEPTION 'there is no catalogue source %', source USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF wall IS DISTINCT FROM organization AND wall IS DISTINCT FROM '*' THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'SELECT id FROM %I WHERE organization_id = $1 AND (server_name ILIKE $2 OR description ILIKE $2) LIMIT $3', source)
    USING organization, pattern, cap;
END $$;

-- Where the remotes of a version are, by the digest of the address: found by equality, which the policies do not slow down.
CREATE TABLE "version_remotes" (
    "organization_id" TEXT NOT NULL,
    "url_sha256" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,

    CONSTRAINT "version_remotes_pkey" PRIMARY KEY ("organization_id", "url_sha256", "version_id")
);
ALTER TABLE "version_remotes" ADD CONSTRAINT "version_remotes_version_fkey"
  FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "version_remotes_version_idx" ON "version_remotes" ("version_id");

CREATE FUNCTION "remotes_of_manifest"("manifest" jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT remote->>'url' FROM jsonb_array_elements(
    CASE WHEN jsonb_typeof(manifest->'remotes') = 'array' THEN manifest->'remotes' ELSE '[]'::jsonb END) AS remote
  WHERE jsonb_typeof(remote) = 'object' AND remote->>'url' IS NOT NULL
$$;
INSERT INTO "version_remotes" ("organization_id", "url_sha256", "version_id", "server_id", "url")
  SELECT v."organization_id", encode(sha256(convert_to(u, 'UTF8')), 'hex'), v."id", v."server_id", u
  FROM "server_versions" v, "remotes_of_manifest"(v."manifest") u;

-- manifests never change, so the insert is the only moment
CREATE FUNCTION "fill_version_remotes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "version_remotes" ("organization_id", "url_sha256", "version_id", "server_id", "url")
    SELECT NEW."organization_id", encode(sha256(convert_to(u, 'UTF8')), 'hex'), NEW."id", NEW."server_id", u
    FROM "remotes_of_manifest"(NEW."manifest") u;
  RETURN NULL;
END $$;
CREATE TRIGGER "server_versions_remotes" AFTER INSERT ON "server_versions" FOR EACH ROW EXECUTE FUNCTION "fill_version_remotes"();
