import type { Clock, RefusalParts } from '@rollcall/kernel';
import type { PolicyHolder } from '../trust/active-policy.js';

/** A live tool definition that is not the approved one; `seen` is null when the server no longer has the tool. */
export type Drift = { alias: string; version: string; tool: string; seen: string | null; pinned: string };

/** The body of `POST status`. */
export type StatusReport = {
  gateway: string;
  bootId: string;
  seq: number;
  serial: number;
  epoch: number;
  bundleSha256: string | null;
  result: 'ack' | 'nack';
  error: { code: string; message: string } | null;
  appliedAt: string | null;
  rootVersion: number;
  clockOffsetMs: number;
  drift: Drift[];
};

/** What the reporter needs to know about its gateway. */
export type StatusParts = {
  gateway: string;
  bootId: string;
  /** How far the gateway's clock is ahead of the control plane's. */
  clockOffsetMs: () => number;
  clock: Clock;
  holder: PolicyHolder;
  rootVersion: () => number;
  drift: () => Drift[];
  send: (report: StatusReport) => Promise<void>;
  everyMs: number;
};

/** Tells the control plane what this gateway runs: at once after every acceptance or refusal, and as a heartbeat. */
export class StatusReporter {
  readonly #parts: StatusParts;
  #seq = 0;
  #refusal: { code: string; message: string } | null = null;
  #appliedAt: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  /** Begins the heartbeat. */
  start(): void {
    this.#timer = setInterval(() => this.report(), this.#parts.everyMs);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#sending;
  }

  /** The policy in force was accepted now. */
  accepted(): void {
    this.#refusal = null;
    this.#appliedAt = this.#parts.clock.now().toISOString();
    this.report();
  }

  /** What is served is what is in force: an earlier refusal is over. */
  confirmed(): void {
    if (this.#refusal === null) return;
    this.#refusal = null;
    this.report();
  }

  /** An update was refused; the policy before it stays in force. The same refusal is sent again only by the heartbeat. */
  refused({ code, message }: RefusalParts): void {
    const isKnown = this.#refusal?.code === code && this.#refusal.message === message;
    this.#refusal = { code, message };
    if (!isKnown) this.report();
  }

  /** Sends the current standing; a report that cannot be delivered is superseded by the next heartbeat. */
  report(): void {
    this.#sending = this.#sending.then(() => this.#parts.send(this.#next()).catch(() => undefined));
  }

  #next(): StatusReport {
    const { gateway, bootId, holder } = this.#parts;
    const policy = holder.last;
    return {
      gateway,
      bootId,
      seq: ++this.#seq,
      serial: policy?.bundle.serial ?? 0,
      epoch: policy?.bundle.epoch ?? 0,
      bundleSha256: policy?.bundleSha256 ?? null,
      result: this.#refusal === null ? 'ack' : 'nack',
      error: this.#refusal,
      appliedAt: this.#appliedAt,
      rootVersion: this.#parts.rootVersion(),
      clockOffsetMs: this.#parts.clockOffsetMs(),
      drift: this.#parts.drift(),
    };
  }
}
