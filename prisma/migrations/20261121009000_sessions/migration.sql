-- Signing in with a browser through an identity provider.

CREATE TABLE "sessions" (
  "id" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "principal_id" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  "user_agent" TEXT NOT NULL,
  CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "sessions_principal_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "sessions_sha256_key" ON "sessions" ("sha256");
CREATE INDEX "sessions_principal_idx" ON "sessions" ("principal_id");

CREATE TABLE "sign_in_attempts" (
  "state_sha256" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "browser_sha256" TEXT NOT NULL,
  "code_verifier" TEXT NOT NULL,
  "nonce" TEXT NOT NULL,
  "return_to" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sign_in_attempts_pkey" PRIMARY KEY ("state_sha256")
);
CREATE INDEX "sign_in_attempts_expiry_idx" ON "sign_in_attempts" ("expires_at");

CREATE TABLE "external_identities" (
  "organization_id" TEXT NOT NULL,
  "issuer" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "principal_id" TEXT NOT NULL,
  "linked_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "external_identities_pkey" PRIMARY KEY ("organization_id", "issuer", "subject"),
  CONSTRAINT "external_identities_principal_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "external_identities_principal_idx" ON "external_identities" ("principal_id");

-- How often an address tried to sign in. Belongs to no organization: who tries has none yet.
CREATE TABLE "rate_limits" (
  "key" VARCHAR(255) NOT NULL,
  "points" INTEGER NOT NULL DEFAULT 0,
  "expire" BIGINT,
  CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);
