-- The index that servers and tools are found by, and what reads of the catalogue need to stay one statement per page.

-- Substrings and typos. Trusted since PostgreSQL 13: the owner of a database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The words of an identifier: createRefund, create_refund and create-refund are all found by "refund".
CREATE FUNCTION "identifier_words"("name" TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace($1, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '[^a-zA-Z0-9]+', ' ', 'g')
$$;

-- As written ('simple') and by stem ('english'): names and technical words are no English, descriptions mostly are.
CREATE FUNCTION "search_words"("words" TEXT, "weight" "char") RETURNS TSVECTOR LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('pg_catalog.simple', $1), $2) || setweight(to_tsvector('pg_catalog.english', $1), $2)
$$;

-- What each version offers, as it was last indexed: which contract, and how many tools of each kind.
CREATE TABLE "tool_indexes" (
    "version_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "contract_digest" TEXT NOT NULL,
    "tools" INTEGER NOT NULL,
    "destructive" INTEGER NOT NULL,
    "open_world" INTEGER NOT NULL,
    "indexed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tool_indexes_pkey" PRIMARY KEY ("version_id"),
    CONSTRAINT "tool_indexes_version_fkey" FOREIGN KEY ("version_id") REFERENCES "server_versions"("id") ON DELETE CASCADE,
    CONSTRAINT "tool_indexes_counts_check" CHECK ("tools" >= "destructive" AND "tools" >= "open_world" AND "destructive" >= 0 AND "open_world" >= 0)
);

-- One row per tool of a version: a copy of its contract, made for search and for nothing else.
CREATE TABLE "tools" (
    "version_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "server_id" TEXT NOT NULL,
    "title" TEXT,
    "description" TEXT,
    "arguments" TEXT NOT NULL,
    "destructive" BOOLEAN NOT NULL,
    "read_only" BOOLEAN NOT NULL,
    "open_world" BOOLEAN NOT NULL,
    "idempotent" BOOLEAN NOT NULL,
    "contract_digest" TEXT NOT NULL,
    "search" TSVECTOR GENERATED ALWAYS AS (
      search_words("name" || ' ' || identifier_words("name"), 'A')
      || search_words(coalesce("title", ''), 'B')
      || search_words(coalesce("description", ''), 'C')
      || search_words("arguments" || ' ' || identifier_words("arguments"), 'D')
    ) STORED,

    CONSTRAINT "tools_pkey" PRIMARY KEY ("version_id", "name"),
    CONSTRAINT "tools_index_fkey" FOREIGN KEY ("version_id") REFERENCES "tool_indexes"("version_id") ON DELETE CASCADE,
    CONSTRAINT "tools_read_only_check" CHECK (NOT ("read_only" AND "destructive"))
);
CREATE INDEX "tools_search_idx" ON "tools" USING gin ("search");
CREATE INDEX "tools_name_trgm_idx" ON "tools" USING gin ("name" gin_trgm_ops);
CREATE INDEX "tools_name_idx" ON "tools"("organization_id", "name", "version_id");
CREATE INDEX "tools_server_idx" ON "tools"("server_id");

-- Servers are found the same way; the row keeps its own search column, so that no write can forget it.
ALTER TABLE "servers" ADD COLUMN "search" TSVECTOR GENERATED ALWAYS AS (
  search_words("name" || ' ' || identifier_words("name") || ' ' || "alias", 'A')
  || search_words(coalesce("title", ''), 'B')
  || search_words("description", 'C')
) STORED;
CREATE INDEX "servers_search_idx" ON "servers" USING gin ("search");
CREATE INDEX "servers_trgm_idx" ON "servers" USING gin ("name" gin_trgm_ops, "title" gin_trgm_ops, "description" gin_trgm_ops);

-- The newest versions of a server without reading all of them.
CREATE INDEX "server_versions_newest_idx" ON "server_versions"("server_id", "published_at" DESC, "id" DESC);

-- Row-level security lets no index answer a search: those operators are not leakproof, so under the policies every search
-- would read all tools of the organization. These functions read as the owner of the tables and hold the same wall by
-- themselves; "teams" is what the caller may see, null for everything. Either "alike" is given, or "words", "pattern" or both.
CREATE FUNCTION "search_condition"("vector" TEXT, "columns" TEXT[], "words" TSQUERY, "pattern" TEXT, "alike" TEXT)
RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT '(' || coalesce(string_agg(part, ' OR '), 'false') || ')' FROM (
    SELECT format('%L <%% %s', alike, c) FROM unnest(columns) c WHERE alike IS NOT NULL
    UNION ALL SELECT format('%s @@ %L::tsquery', vector, words::text) WHERE alike IS NULL AND words IS NOT NULL
    UNION ALL SELECT format('%s ILIKE %L', c, pattern) FROM unnest(columns) c WHERE alike IS NULL AND pattern IS NOT NULL
  ) parts(part)
$$;

CREATE FUNCTION "found_servers"("organization" TEXT, "teams" TEXT[], "words" TSQUERY, "pattern" TEXT, "alike" TEXT, "cap" INTEGER)
RETURNS TABLE ("id" TEXT) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  wall text := current_setting('rollcall.organization_id', true);
  columns text[] := CASE WHEN alike IS NULL THEN ARRAY['s.name', 's.title', 's.description'] ELSE ARRAY['s.name', 's.title'] END;
BEGIN
  IF wall IS DISTINCT FROM organization AND wall IS DISTINCT FROM '*' THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'SELECT s.id FROM servers s WHERE s.organization_id = $1 AND ($2 IS NULL OR s.team_id = ANY($2)) AND %s LIMIT $3',
    search_condition('s.search', columns, words, pattern, alike)) USING organization, teams, cap;
END $$;

-- "in_state" null: tools of the version that speaks for each server, which is the latest, else the newest that has not ended.
CREATE FUNCTION "found_tools"("organization" TEXT, "teams" TEXT[], "words" TSQUERY, "pattern" TEXT, "alike" TEXT, "in_state" TEXT, "cap" INTEGER)
RETURNS TABLE ("version_id" TEXT, "name" TEXT) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  wall text := current_setting('rollcall.organization_id', true);
  version_condition text := CASE WHEN in_state IS NOT NULL THEN 'v.state = $4' ELSE
    $sql$v.state NOT IN ('rejected', 'decommissioned') AND (v.is_latest OR v.id = (
      SELECT cv.id FROM server_versions cv WHERE cv.server_id = v.server_id
      ORDER BY cv.is_latest DESC, cv.state IN ('rejected', 'decommissioned'), cv.published_at DESC, cv.id DESC LIMIT 1))$sql$ END;
BEGIN
  IF wall IS DISTINCT FROM organization AND wall IS DISTINCT FROM '*' THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'SELECT t.version_id, t.name FROM tools t JOIN server_versions v ON v.id = t.version_id JOIN servers s ON s.id = t.server_id
     WHERE t.organization_id = $1 AND s.organization_id = $1 AND ($2 IS NULL OR s.team_id = ANY($2)) AND %s AND %s LIMIT $3',
    search_condition('t.search', ARRAY['t.name'], words, pattern, alike), version_condition)
    USING organization, teams, cap, in_state;
END $$;
