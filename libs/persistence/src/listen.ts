import pg from 'pg';

/** Ends the listening; resolves when the connection is closed. */
export type Listening = { close(): Promise<void> };

/** What a listener reacts to. `onReconnect` runs after every connection but the first: messages may have been missed. */
export type ListenHandlers = {
  onMessage(payload: string): void;
  onReconnect?(): void;
  /** A lost connection or a failed attempt; for the log. */
  onError?(error: Error): void;
};

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

/** LISTENs on `channel` over a connection of its own and reconnects for ever; rejects when the first connection fails. */
export async function listen(url: string, channel: string, handlers: ListenHandlers): Promise<Listening> {
  const listener = new Listener(url, channel, handlers);
  const first = await listener.connect();
  const loop = listener.keepConnected(first);
  return {
    close: async () => {
      await listener.close();
      await loop;
    },
  };
}

type Connection = { client: pg.Client; lost: Promise<void> };

class Listener {
  private current: pg.Client | undefined;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly handlers: ListenHandlers,
  ) {}

  async connect(): Promise<Connection> {
    const client = new pg.Client({
      connectionString: this.url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'rollcall listen',
    });
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.handlers.onError?.(error));
    client.on('notification', (message) => this.handlers.onMessage(message.payload ?? ''));
    this.current = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(this.channel)}`);
      return { client, lost };
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async keepConnected(first: Connection): Promise<void> {
    await first.lost;
    for (let delay = RETRY_MIN_MS; !this.closed; delay = Math.min(delay * 2, RETRY_MAX_MS)) {
      try {
        const connection = await this.connect();
        if (this.closed) return await connection.client.end();
        this.handlers.onReconnect?.();
        await connection.lost;
        delay = RETRY_MIN_MS;
      } catch (error) {
        if (this.closed) return;
        this.handlers.onError?.(error instanceof Error ? error : new Error(String(error)));
        await this.wait(delay);
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.current?.end().catch(() => undefined);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
