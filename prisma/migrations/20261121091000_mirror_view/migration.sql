-- What of all mirrors is shown: a server of our own hides them, then the mirror with the lower precedence does; of a removed
-- mirror only the tombstones are left, and only while no other mirror has the server. One definition for every reader.
CREATE VIEW "shown_mirrored_versions" WITH (security_invoker = true) AS
  SELECT v.*, s."name" AS "mirror"
  FROM "mirrored_versions" v JOIN "mirror_sources" s ON s."id" = v."source_id"
  WHERE NOT EXISTS (
      SELECT 1 FROM "servers" own WHERE own."organization_id" = v."organization_id" AND own."name" = v."server_name")
    AND NOT EXISTS (
      SELECT 1 FROM "mirrored_versions" other JOIN "mirror_sources" o ON o."id" = other."source_id"
      WHERE other."organization_id" = v."organization_id" AND other."server_name" = v."server_name"
        AND o."removed_at" IS NULL AND (s."removed_at" IS NOT NULL OR o."precedence" < s."precedence"));

-- a view is no table: the wall stands on the tables it reads, because it reads them as whoever asks
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollcall_app') THEN
    GRANT SELECT ON "shown_mirrored_versions" TO "rollcall_app";
  END IF;
END $$;
