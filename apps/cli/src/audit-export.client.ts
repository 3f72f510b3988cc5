import { describeStatus } from './connection/graphql.client.js';
import { networkFailure } from './connection/http.client.js';
import type { ConnectionSettings } from './connection/settings.js';
import { CliFailure } from './errors/failure.js';

const TIMEOUT_MS = 15 * 60_000;

/** The audit log as the control plane writes it down, piece by piece; `from` and `to` are instants or null. */
export async function* fetchAuditExport(
  settings: ConnectionSettings,
  range: { from?: string | undefined; to?: string | undefined } = {},
): AsyncGenerator<Uint8Array> {
  const query = new URLSearchParams(Object.entries(range).filter((pair): pair is [string, string] => !!pair[1]));
  const response = await answer(settings, `/audit/v1/export${query.size > 0 ? `?${query}` : ''}`);
  try {
    for await (const chunk of response.body ?? []) yield chunk;
  } catch (error) {
    throw networkFailure(error, settings.url);
  }
}

async function answer(settings: ConnectionSettings, path: string): Promise<Response> {
  try {
    const response = await fetch(`${settings.url}${path}`, {
      headers: { accept: 'application/x-ndjson', authorization: `Bearer ${settings.token ?? ''}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 200) return response;
    await response.body?.cancel();
    const requestId = response.headers.get('x-request-id');
    throw new CliFailure(describeStatus({ status: response.status, requestId, body: new Uint8Array() }));
  } catch (error) {
    throw error instanceof CliFailure ? error : networkFailure(error, settings.url);
  }
}
