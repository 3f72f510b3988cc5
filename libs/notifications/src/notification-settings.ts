import { SECOND_MS } from '@rollcall/kernel';

/** What one process knows about sending: where the key of secrets is, how the product is reached, what may be dialled. */
export class NotificationSettings {
  readonly secretsKeyFile: string;
  /** Without a final slash; links and the `source` of events begin with it. */
  readonly publicUrl: string;
  /** CIDR blocks that may be dialled although they are private. */
  readonly allowPrivate: string[];
  /** For one attempt, from the dial to the end of the answer. */
  readonly timeoutMs: number;

  constructor(parts: { secretsKeyFile: string; publicUrl: string; allowPrivate?: string[]; timeoutMs?: number }) {
    this.secretsKeyFile = parts.secretsKeyFile;
    this.publicUrl = parts.publicUrl.replace(/\/+$/, '');
    this.allowPrivate = parts.allowPrivate ?? [];
    this.timeoutMs = parts.timeoutMs ?? 10 * SECOND_MS;
  }
}
