import { ConsoleChangesDocument, type ConsoleChangesSubscription } from '@rollcall/schema';
import { type Client, createClient } from 'graphql-ws';
import { stringifyDocument } from 'urql';
import { type Credentials, connectionParams } from '../session/credentials.js';

export type Change = ConsoleChangesSubscription['versionChanged'];

/** `lost`: what is shown may be out of date. */
export type LiveState = 'connecting' | 'live' | 'lost';

/** Before asking again after the api ended or refused the subscription. */
const PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 30_000;
/** By then the api has begun the subscription. */
const SETTLED_MS = 1_500;
const PING_MS = 20_000;
const PATIENCE_MS = 8_000;

const query = stringifyDocument(ConsoleChangesDocument);
const growing = (attempt: number): number => Math.min(PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * One subscription to everything that happens to versions the caller may see. `null` is told to listeners when something
 * may have been missed: everything has to be read again.
 */
export class LiveChanges {
  private current: LiveState = 'connecting';
  private readonly listeners = new Set<(change: Change | null) => void>();
  private readonly stateListeners = new Set<() => void>();

  constructor(private readonly credentials: Credentials) {}

  /** Connects, again and again; returns what closes it. */
  open(): () => void {
    let closed = false;
    let unanswered: number | undefined;
    const client = createClient({
      url: new URL('/graphql', window.location.href.replace(/^http/, 'ws')).href,
      connectionParams: connectionParams(this.credentials),
      retryAttempts: Number.MAX_SAFE_INTEGER,
      retryWait: (attempt) => pause(growing(attempt)),
      shouldRetry: () => true,
      keepAlive: PING_MS,
      on: {
        connected: () => this.connected(),
        closed: () => closed || this.become('lost'),
        // a network that went away says nothing: only a missing answer does
        ping: (received) => {
          if (!received) unanswered = window.setTimeout(() => client.terminate(), PATIENCE_MS);
        },
        pong: (received) => {
          if (received) window.clearTimeout(unanswered);
        },
      },
    });
    void this.follow(client, () => closed);
    return () => {
      closed = true;
      window.clearTimeout(unanswered);
      void client.dispose();
    };
  }

  readonly state = (): LiveState => this.current;

  readonly onState = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  onChange(listener: (change: Change | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private connected(): void {
    this.become('live');
    // what happened between reading a page and being subscribed was heard by nobody
    window.setTimeout(() => this.tell(null), SETTLED_MS);
  }

  /** A subscription that ends was ended by the api, because events may have been missed, and is begun again. */
  private async follow(client: Client, isClosed: () => boolean): Promise<void> {
    for (let refusals = 0; !isClosed(); ) {
      try {
        for await (const { data } of client.iterate<ConsoleChangesSubscription>({ query })) {
          refusals = 0;
          if (data) this.tell(data.versionChanged);
        }
      } catch {
        if (isClosed()) return;
        refusals++;
        this.become('lost');
        // who is no longer signed in hears so with the next answer
        this.tell(null);
      }
      await pause(growing(refusals));
    }
  }

  private tell(change: Change | null): void {
    for (const listener of this.listeners) listener(change);
  }

  private become(state: LiveState): void {
    if (this.current === state) return;
    this.current = state;
    for (const listener of this.stateListeners) listener();
  }
}
