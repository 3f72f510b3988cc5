-- An endpoint may speak MCP over a WebSocket: like every remote it has a URL and no launcher.
ALTER TABLE "endpoints" DROP CONSTRAINT "endpoints_transport_check";
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_transport_check" CHECK (
  ("transport" IN ('streamable-http', 'websocket') AND "url" IS NOT NULL AND "launcher" IS NULL)
  OR ("transport" = 'stdio' AND "launcher" IS NOT NULL AND "url" IS NULL));

-- What a list of tools may depend on (launch flags, credential) and what a server shows at its door, beside each observation.
ALTER TABLE "inspections"
  ADD COLUMN "launch" JSONB,
  ADD COLUMN "certificate_expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "resource_metadata" TEXT,
  ADD CONSTRAINT "inspections_resource_metadata_check" CHECK ("resource_metadata" IN ('valid', 'invalid', 'missing'));
