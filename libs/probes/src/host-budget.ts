/** At most so many probes of one host at a time, and so many begun per second. */
export type Budget = { concurrent: number; perSecond: number };

type Host = { running: number; nextAt: number; waiting: (() => void)[]; timer?: NodeJS.Timeout };

/** Keeps one process from asking too much of one host. Whoever waits is served in the order of asking. */
export class HostBudget {
  private readonly hosts = new Map<string, Host>();

  constructor(
    private readonly budget: Budget,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Resolves when a probe of this host may begin, with what says that it has ended. */
  acquire(name: string): Promise<() => void> {
    const host = this.hosts.get(name) ?? { running: 0, nextAt: 0, waiting: [] };
    this.hosts.set(name, host);
    return new Promise((resolve) => {
      host.waiting.push(() => resolve(once(() => this.release(name, host))));
      this.serve(host);
    });
  }

  /** Hosts that are known because something runs or waits, for tests and metrics. */
  get size(): number {
    return this.hosts.size;
  }

  private release(name: string, host: Host): void {
    host.running--;
    this.serve(host);
    if (host.running === 0 && host.waiting.length === 0) this.forget(name, host);
  }

  private serve(host: Host): void {
    const gap = 1_000 / this.budget.perSecond;
    while (host.waiting.length > 0 && host.running < this.budget.concurrent) {
      const now = this.now();
      const wait = host.nextAt - now;
      if (wait > 0) {
        host.timer ??= setTimeout(() => {
          delete host.timer;
          this.serve(host);
        }, wait);
        return;
      }
      // a short burst is let through: slots of one host may meet by chance
      host.nextAt = Math.max(host.nextAt, now - 1_000) + gap;
      host.running++;
      host.waiting.shift()?.();
    }
  }

  /** The place in time outlives the last probe only as long as it would hold another one back. */
  private forget(name: string, host: Host): void {
    const wait = host.nextAt - this.now();
    const drop = () => {
      if (host.running === 0 && host.waiting.length === 0 && this.hosts.get(name) === host) this.hosts.delete(name);
    };
    if (wait <= 0) drop();
    else setTimeout(drop, wait).unref();
  }
}

function once(fn: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    fn();
  };
}
