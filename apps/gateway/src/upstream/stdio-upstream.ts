import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { JsonObject } from '@rollcall/kernel';
import type { Launcher } from './launchers.reader.js';
import { replyIn } from './rpc-frame.js';
import { askParams, callParams, negotiate, type Session } from './session.js';
import { type Upstream, type UpstreamCall, type UpstreamLimits, type UpstreamReply, unavailable } from './upstream.js';

const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
const PROBE_TIMEOUT_MS = 5_000;

/** A local server in a child process: started on first use, kept alive, started again with back-off when it ends. */
export class StdioUpstream implements Upstream {
  readonly #launcher: Launcher;
  readonly #limits: UpstreamLimits;
  #child: Promise<Child | UpstreamReply> | null = null;
  #current: Child | null = null;
  #backoffMs = FIRST_BACKOFF_MS;
  #notBefore = 0;
  #closed = false;

  constructor(launcher: Launcher, limits: UpstreamLimits) {
    this.#launcher = launcher;
    this.#limits = limits;
  }

  async call(call: UpstreamCall): Promise<UpstreamReply> {
    const child = await this.#ready();
    if ('kind' in child) return child;
    if (child.pending >= this.#limits.maxInFlight) return unavailable('Too many calls to this server are under way.');
    return child.ask('tools/call', callParams(call, child.session), this.#limits.timeoutMs);
  }

  async ask(method: string, params: JsonObject): Promise<UpstreamReply> {
    const child = await this.#ready();
    return 'kind' in child ? child : child.ask(method, askParams(params, child.session), this.#limits.timeoutMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#current?.close();
  }

  #ready(): Promise<Child | UpstreamReply> {
    if (this.#child !== null) return this.#child;
    if (this.#closed) return Promise.resolve(unavailable('This server is being stopped.'));
    if (Date.now() < this.#notBefore)
      return Promise.resolve(unavailable('The server has just ended; it is started again shortly.'));
    this.#child = this.#start();
    return this.#child;
  }

  async #start(): Promise<Child | UpstreamReply> {
    const startedAt = Date.now();
    const child = new Child(this.#launcher, () => this.#ended(startedAt));
    this.#current = child;
    const failure = await child.open();
    if (failure === null) return child;
    await child.close();
    this.#ended(startedAt);
    return failure;
  }

  #ended(startedAt: number): void {
    this.#child = null;
    // A server that ran for a while starts over at once; one that keeps dying waits longer each time.
    const ranWell = Date.now() - startedAt > MAX_BACKOFF_MS;
    this.#backoffMs = ranWell ? FIRST_BACKOFF_MS : Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    this.#notBefore = Date.now() + this.#backoffMs;
  }
}

/** One running process and the requests it has not answered yet. */
class Child {
  session: Session = { era: 'legacy', version: '', sessionId: null };
  readonly #transport: StdioClientTransport;
  readonly #waiting = new Map<number, (reply: UpstreamReply) => void>();
  #nextId = 1;

  constructor(launcher: Launcher, onEnd: () => void) {
    const { command, args, env } = launcher;
    this.#transport = new StdioClientTransport({ command, args, env, stderr: 'ignore' });
    this.#transport.onmessage = (frame: unknown) => this.#receive(frame);
    this.#transport.onclose = () => {
      for (const settle of [...this.#waiting.values()]) settle(unavailable('The server ended before it answered.'));
      onEnd();
    };
  }

  get pending(): number {
    return this.#waiting.size;
  }

  /** Starts the process and agrees on an era; the reason when it cannot be used. */
  async open(): Promise<UpstreamReply | null> {
    try {
      await this.#transport.start();
    } catch (error) {
      return unavailable(`The server could not be started (${error instanceof Error ? error.message : 'unknown'}).`);
    }
    const agreed = await negotiate({
      ask: async (method, params) => {
        const reply = await this.ask(method, params, PROBE_TIMEOUT_MS);
        // On stdio silence is how an old server meets a request it does not know (2026-07-28, "Era detection").
        const isSilence = method === 'server/discover' && reply.kind === 'failed' && reply.code === 'UPSTREAM_TIMEOUT';
        return isSilence ? { kind: 'error', error: { code: -32601, message: 'No answer.' } } : reply;
      },
      notify: (method) => this.#transport.send({ jsonrpc: '2.0', method }),
    });
    if ('session' in agreed) {
      this.session = agreed.session;
      return null;
    }
    return agreed.failed.kind === 'failed' ? agreed.failed : unavailable('The server refused to open a session.');
  }

  ask(method: string, params: JsonObject, timeoutMs: number): Promise<UpstreamReply> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const settle = (reply: UpstreamReply) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      };
      const late = `The server gave no answer within ${timeoutMs} ms.`;
      const timer = setTimeout(() => settle({ kind: 'failed', code: 'UPSTREAM_TIMEOUT', message: late }), timeoutMs);
      this.#waiting.set(id, settle);
      this.#transport
        .send({ jsonrpc: '2.0', id, method, params })
        .catch(() => settle(unavailable('The server does not read its input.')));
    });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #receive(frame: unknown): void {
    const id = (frame as { id?: unknown }).id;
    if (typeof id !== 'number') return;
    const reply = replyIn(frame, id);
    if (reply !== null) this.#waiting.get(id)?.(reply);
  }
}
