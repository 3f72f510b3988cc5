import { setTimeout as delay } from 'node:timers/promises';
import type { RefusalParts } from '@rollcall/kernel';
import { type ControlPlaneClient, ControlPlaneUnavailable, type Polled } from './control-plane.client.js';
import type { Taken, Updater } from './updater.js';

/** What the loop tells about each round. */
export type PollEvents = {
  accepted(taken: Taken): void;
  refused(error: RefusalParts): void;
  unavailable(message: string): void;
  /** Something nobody expected, such as a full disk; the loop goes on. */
  fault(error: unknown): void;
};

/** Pace of the loop in milliseconds. */
export type PollPace = { minRoundMs: number; firstBackoffMs: number; maxBackoffMs: number; rootsEveryMs: number };

/** A pace for production. */
export const POLL_PACE: PollPace = {
  minRoundMs: 1_000,
  firstBackoffMs: 500,
  maxBackoffMs: 5_000,
  rootsEveryMs: 600_000,
};

/** Polls for policy until stopped. Failing rounds back off with jitter; no round is shorter than the minimum. */
export class PollLoop {
  readonly #client: ControlPlaneClient;
  readonly #updater: Updater;
  readonly #events: PollEvents;
  readonly #pace: PollPace;
  readonly #stop = new AbortController();
  #etag: string | null = null;
  /** After a refusal one parked poll waits for something newer; then the same document is judged again. */
  #isRefused = false;
  #failures = 0;
  #rootsAt = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(client: ControlPlaneClient, updater: Updater, events: PollEvents, pace: PollPace = POLL_PACE) {
    this.#client = client;
    this.#updater = updater;
    this.#events = events;
    this.#pace = pace;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#client.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const startedAt = performance.now();
      const pauseMs = await this.#round();
      const spent = performance.now() - startedAt;
      await this.#pause(Math.max(pauseMs, this.#pace.minRoundMs - spent));
    }
  }

  /** One round; how long to wait before the next. */
  async #round(): Promise<number> {
    try {
      await this.#followRoots();
      const polled = await this.#client.poll(this.#etag);
      this.#failures = 0;
      return await this.#judge(polled);
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      if (error instanceof ControlPlaneUnavailable) this.#events.unavailable(error.message);
      else this.#events.fault(error);
      // Nothing published yet: the control plane is well, and the first policy should not wait for a long back-off.
      if (error instanceof ControlPlaneUnavailable && error.status === 404) return this.#pace.minRoundMs;
      return this.#backoff();
    }
  }

  async #judge({ etag, timestamp }: Polled): Promise<number> {
    if (timestamp === null) {
      if (this.#isRefused) this.#etag = null;
      return 0;
    }
    const taken = await this.#updater.take(timestamp, this.#client);
    this.#etag = etag;
    this.#isRefused = !taken.ok;
    if (taken.ok) this.#events.accepted(taken.value);
    else this.#events.refused(taken.error);
    // A control plane without ETags would answer at once with the same refused document.
    return taken.ok || etag !== null ? 0 : this.#backoff();
  }

  async #followRoots(): Promise<void> {
    if (this.#rootsAt !== 0 && performance.now() - this.#rootsAt < this.#pace.rootsEveryMs) return;
    await this.#updater.followRoots(this.#client);
    this.#rootsAt = performance.now();
  }

  #backoff(): number {
    const ceiling = Math.min(this.#pace.maxBackoffMs, this.#pace.firstBackoffMs * 2 ** Math.min(this.#failures++, 16));
    return ceiling * (0.5 + Math.random() / 2);
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
