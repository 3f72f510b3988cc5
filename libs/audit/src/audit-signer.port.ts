/** Signs what the audit log states about itself. Nest token; only the process that holds the keys has one. */
export abstract class AuditSigner {
  abstract readonly keyId: string;
  /** Raw Ed25519 public key, base64. */
  abstract readonly publicKey: string;
  /** Ed25519 signature, base64. */
  abstract sign(message: Uint8Array): string;
}
