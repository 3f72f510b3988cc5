import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { type Download, DownloadFailed, guardedDownload } from '@rollcall/mcp-client';
import type { ProofNetwork } from '../proof-network.js';
import type { AllowedRegistry } from './package-registries.file.js';

/** No README, manifest or index that is read may be larger. */
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024;
/** No single host may take longer. */
const HOST_TIMEOUT_MS = 10_000;

/** A registry could not be asked: the proof is unknown, for the reason of the message. */
export class SourceUnavailable extends Error {}

export type AskOptions = {
  headers?: Readonly<Record<string, string>>;
  /** Follow redirects, but only to hosts the operator listed for this registry. */
  follow?: boolean;
};

/** Asks the allowed registries of one type, and nobody else. */
export class PackageSource {
  constructor(
    readonly registries: readonly AllowedRegistry[],
    private readonly network: ProofNetwork,
    private readonly signal: AbortSignal,
  ) {}

  /** The allowed registry with this base URL; without a URL the operator's first. */
  registry(baseUrl: unknown): AllowedRegistry | null {
    if (baseUrl === undefined || baseUrl === null) return this.registries[0] ?? null;
    if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) return null;
    const wanted = new URL(baseUrl).href.replace(/\/+$/, '');
    return this.registries.find((one) => one.url.replace(/\/+$/, '') === wanted) ?? null;
  }

  /** Any answer of an allowed registry but 429 and 5xx. Throws {@link SourceUnavailable}. */
  async ask(registry: AllowedRegistry, url: string, options: AskOptions = {}): Promise<Download> {
    if (!mayAsk(registry, new URL(url))) throw new SourceUnavailable(`${new URL(url).host} is not an allowed host.`);
    const { policy, ca } = this.network.settings;
    try {
      const answer = await guardedDownload(url, {
        network: policy,
        timeoutMs: HOST_TIMEOUT_MS,
        maxBytes: MAX_DOCUMENT_BYTES,
        resolve: this.network.resolve,
        signal: this.signal,
        ...(options.headers ? { headers: options.headers } : {}),
        ...(options.follow ? { mayFollow: (target) => mayAsk(registry, target) } : {}),
        ...(ca === undefined ? {} : { ca }),
      });
      if (answer.status === 429 || answer.status >= 500) {
        throw new SourceUnavailable(`${new URL(answer.url).host} answers HTTP ${answer.status}; try again later.`);
      }
      return answer;
    } catch (error) {
      if (error instanceof DownloadFailed) throw new SourceUnavailable(error.message);
      throw error;
    }
  }

  /** A JSON object, or null for any status but 200. */
  async json(registry: AllowedRegistry, url: string, options: AskOptions = {}): Promise<JsonObject | null> {
    const answer = await this.ask(registry, url, {
      ...options,
      headers: { accept: 'application/json', ...options.headers },
    });
    return answer.status === 200 ? jsonObject(answer) : null;
  }

  /** A text, or null for any status but 200. */
  async text(registry: AllowedRegistry, url: string, options: AskOptions = {}): Promise<string | null> {
    const answer = await this.ask(registry, url, options);
    return answer.status === 200 ? Buffer.from(answer.body).toString('utf8') : null;
  }
}

/** Throws {@link SourceUnavailable} when the body is no JSON object. */
export function jsonObject(answer: Download): JsonObject {
  try {
    const document: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
    if (isJsonObject(document as never)) return document as JsonObject;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SourceUnavailable(`${new URL(answer.url).host} does not answer with a JSON object.`);
}

/** Its own origin, or https on one of its further hosts (http only where the registry itself is plain http). */
function mayAsk(registry: AllowedRegistry, target: URL): boolean {
  const base = new URL(registry.url);
  if (target.origin === base.origin) return true;
  return registry.hosts.includes(target.host) && (target.protocol === 'https:' || base.protocol === 'http:');
}
