-- Proofs of namespaces, and who acts for whoever shows one.

CREATE TABLE "proof_accounts" (
  "organization_id" TEXT NOT NULL,
  "method" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "principal_id" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "proof_accounts_pkey" PRIMARY KEY ("organization_id", "method", "subject"),
  CONSTRAINT "proof_accounts_method_check" CHECK ("method" IN ('dns', 'http', 'github', 'none')),
  CONSTRAINT "proof_accounts_principal_fkey" FOREIGN KEY ("principal_id") REFERENCES "principals"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "proof_accounts_principal_key" ON "proof_accounts"("principal_id");

-- a proof counts once in the whole installation, not once per organization
CREATE TABLE "used_proofs" (
  "digest" TEXT NOT NULL,
  "organization_id" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "used_proofs_pkey" PRIMARY KEY ("digest")
);
CREATE INDEX "used_proofs_expiry_idx" ON "used_proofs"("organization_id", "expires_at");

CREATE TABLE "namespace_challenges" (
  "organization_id" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "team_id" TEXT NOT NULL,
  "token" TEXT NOT NULL,
  "created_by" TEXT NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,

  CONSTRAINT "namespace_challenges_pkey" PRIMARY KEY ("organization_id", "name", "team_id"),
  CONSTRAINT "namespace_challenges_team_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "namespace_challenges_expiry_idx" ON "namespace_challenges"("organization_id", "expires_at");
