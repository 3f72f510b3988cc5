import pg from 'pg';
import { currentScope, type DefaultScope, SYSTEM_SCOPE } from './organization-scope.js';
import { enforcementOf, wallDown } from './row-level-security.js';

type Handout = (error: Error | undefined, client?: pg.PoolClient, release?: (error?: Error | boolean) => void) => void;

/**
 * A pool whose sessions see only what the scope of their taker allows (ADR 0019). The scope is read when a connection is
 * asked for and set before it is handed out, so nobody meets the value of whoever had the connection before.
 */
export class ScopedPool extends pg.Pool {
  /**
   * Connections of the product itself. Every request begins with one look-up across organizations and goes on within one:
   * over the same connections each would have to be set twice per request.
   */
  private readonly own: pg.Pool;
  /** What each connection is set to; absent: not known, so it is set. */
  private readonly values = new WeakMap<pg.PoolClient, string>();

  constructor(
    config: pg.PoolConfig,
    private readonly fallback: DefaultScope,
  ) {
    super({ ...config, onConnect: becomeSubject } as pg.PoolConfig);
    const max = fallback === 'system' ? 1 : Math.max(2, Math.ceil((config.max ?? 10) / 4));
    this.own = new pg.Pool({ ...config, max, onConnect: becomeSubject } as pg.PoolConfig);
    // an idle connection that breaks is replaced; without a listener it would end the process
    this.own.on('error', (error, client) => this.emit('error', error, client));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(handout: Handout): void;
  override connect(handout?: Handout): Promise<pg.PoolClient> | undefined {
    const wanted = currentScope(this.fallback);
    const ready = this.take(wanted);
    if (!handout) return ready;
    ready.then(
      (client) => handout(undefined, client, client.release),
      (error: Error) => handout(error, undefined, () => undefined),
    );
    return undefined;
  }

  override end(): Promise<void>;
  override end(done: () => void): void;
  override end(done?: () => void): Promise<void> | undefined {
    const ended = Promise.all([super.end(), this.own.end()]).then(() => undefined);
    if (!done) return ended;
    ended.then(done, done);
    return undefined;
  }

  private async take(wanted: string): Promise<pg.PoolClient> {
    const connect = () =>
      wanted === SYSTEM_SCOPE && this.fallback === 'request' ? this.own.connect() : super.connect();
    let client = await connect();
    // a transaction that somebody left open would take our value back when it ends
    while (transactionStatus(client) !== 'I') {
      client.release(true);
      client = await connect();
    }
    if (this.values.get(client) === wanted) return client;
    this.values.delete(client);
    try {
      await client.query("SELECT set_config('rollcall.organization_id', $1, false)", [wanted]);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.values.set(client, wanted);
    return client;
  }
}

function transactionStatus(client: pg.PoolClient): string | null {
  return (client as pg.PoolClient & { getTransactionStatus(): string | null }).getTransactionStatus();
}

/** Gives up the rights that would skip the policies, then insists that they hold. */
async function becomeSubject(client: pg.ClientBase): Promise<void> {
  const enforcement = await enforcementOf(client);
  if (enforcement !== 'enforced') throw wallDown(enforcement);
}
