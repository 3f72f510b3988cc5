import { administer } from './test-server.js';

/** Runs SQL as whoever owns the tables, past row-level security: what an operator with the database's password could do. */
export async function asOwner(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const result: unknown = await administer(url, (client) => client.query(sql));
  // several statements give several results
  const last = Array.isArray(result) ? result.at(-1) : result;
  return (last as { rows: Record<string, unknown>[] }).rows;
}
