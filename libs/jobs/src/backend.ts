import {
  createPostgresBackend,
  type Processor,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq';
import pg from 'pg';

/** Where the queues live: in PostgreSQL (schema `bullmq`), or in Redis when `redisUrl` is given. */
export type JobsConfig = { databaseUrl: string; redisUrl?: string | undefined };

const SCHEMA = 'bullmq';
const POSTGRES = withBackend(createPostgresBackend);

/** Creates the tables of the queues when they live in PostgreSQL; safe from several processes at once. */
export async function prepareJobs(config: JobsConfig): Promise<void> {
  if (config.redisUrl) return;
  const client = new pg.Client({ connectionString: config.databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}

type Without<T> = Omit<T, 'connection'>;

/** A queue on the configured backend. */
export function openQueue(config: JobsConfig, name: string, options: Without<QueueOptions>): Queue {
  if (config.redisUrl) return new Queue(name, { ...options, connection: redisConnection(config.redisUrl) });
  return new POSTGRES.Queue(name, { ...options, connection: postgresConnection(config, 2) }) as unknown as Queue;
}

/** What a worker runs, where and how. */
export type OpenWorker = { name: string; processor: Processor; options: Without<WorkerOptions> };

/** A worker on the configured backend. */
export function openWorker(config: JobsConfig, { name, processor, options }: OpenWorker): Worker {
  if (config.redisUrl) return new Worker(name, processor, { ...options, connection: redisConnection(config.redisUrl) });
  const connection = postgresConnection(config, 2);
  return new POSTGRES.Worker(name, processor, { ...options, connection }) as unknown as Worker;
}

function postgresConnection(config: JobsConfig, max: number) {
  return { connectionString: config.databaseUrl, schema: SCHEMA, max, application_name: 'rollcall jobs' };
}

/** Without a retry limit per command: a worker waits for Redis to come back instead of failing its jobs. */
function redisConnection(redisUrl: string) {
  const url = new URL(redisUrl);
  const db = Number(url.pathname.slice(1) || 0);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db,
    maxRetriesPerRequest: null,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
