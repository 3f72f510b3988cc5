import type { JsonValue } from '@rollcall/kernel';
import { itemOf, type ListPage, pageOf, type ServerItem } from './answer-schemas.js';
import type { Evidence } from './conformance.js';
import type { Answer, NoAnswer, RegistryClient, RegistryRequest } from './registry.client.js';
import { cutShort, refute, skip } from './verdict.js';
import { type Walk, walkList } from './walk.js';

const MAX_EXCERPT = 240;
const MAX_EVIDENCE = 4;
/** Paths of the API below its base. */
export const SERVERS = '/v0.1/servers';

/** What the cases of one run share: answers already known, the sample, the walk, and the trail of the current case. */
export class RegistryProbe {
  private readonly answers = new Map<string, Promise<Answer | NoAnswer>>();
  private trail: Evidence[] = [];
  private walked: Promise<Walk & { evidence: Evidence[] }> | undefined;
  /** Bodies of every answer with status 400 and above, for the cases that look at errors as such. */
  readonly errors: Answer[] = [];

  constructor(
    private readonly client: RegistryClient,
    /** The base that was asked for. */
    readonly base: string,
  ) {}

  /** Forgets the exchanges of the case before. */
  startTrail(): void {
    this.trail = [];
  }

  /** The exchanges of the current case, the last ones when there were many. */
  evidence(): Evidence[] {
    return this.trail.slice(-MAX_EVIDENCE);
  }

  /** Null when something answers there, otherwise why not. An answer of any kind is one. */
  async reaches(path: string): Promise<string | null> {
    const request: RegistryRequest = { method: 'GET', path, headers: {}, as: 'reader' };
    const answer = await this.asked(request);
    return 'cause' in answer && (answer.cause === 'network' || answer.cause === 'timeout') ? answer.reason : null;
  }

  /** A read; asked once, however many cases look at it. */
  get(path: string, headers: Record<string, string> = {}, as: RegistryRequest['as'] = 'reader'): Promise<Answer> {
    return this.read({ method: 'GET', path, headers, as: as ?? 'reader' });
  }

  /** Any other request that changes nothing; asked once. */
  async read(request: RegistryRequest): Promise<Answer> {
    return this.usable(await this.asked(request));
  }

  private asked(request: RegistryRequest): Promise<Answer | NoAnswer> {
    const { method, path, headers = {}, as = 'reader', body = null } = request;
    const key = JSON.stringify([method, path, headers, as, body]);
    const asked = this.answers.get(key) ?? this.client.send(request);
    this.answers.set(key, asked);
    return asked;
  }

  /** A read whose answer may have changed since; always asked. */
  async fresh(path: string): Promise<Answer> {
    return this.usable(await this.client.send({ method: 'GET', path }));
  }

  /** A write with the publisher's credentials, or with others. */
  async write(method: string, path: string, body: JsonValue, more: Partial<RegistryRequest> = {}): Promise<Answer> {
    return this.usable(await this.client.send({ method, path, body, as: 'publisher', ...more }));
  }

  /** Ends the case when there is no answer: that is never what a conformant registry does. */
  private usable(answer: Answer | NoAnswer): Answer {
    if ('cause' in answer) {
      this.trail.push({ request: answer.request, status: null, excerpt: answer.reason });
      if (answer.cause === 'budget') return cutShort(answer.reason);
      return refute(`${answer.request}: ${answer.reason}`);
    }
    this.trail.push({ request: answer.request, status: answer.status, excerpt: excerptOf(answer.text) });
    if (answer.status === 429) cutShort('The registry limits the rate of requests (429).');
    if (answer.status >= 400 && !this.errors.includes(answer)) this.errors.push(answer);
    return answer;
  }

  /** The list with these parameters; a list that cannot be read ends the case. */
  async list(query = ''): Promise<ListPage> {
    return readable(await this.get(query === '' ? SERVERS : `${SERVERS}?${query}`));
  }

  /** As {@link list}, asked again. */
  async freshList(query: string): Promise<ListPage> {
    return readable(await this.fresh(`${SERVERS}?${query}`));
  }

  /** The first item of the list that can be read; without one the case is skipped. */
  async sample(): Promise<ServerItem> {
    const page = await this.list();
    const found = page.items.find((item) => item.official?.isLatest === true) ?? page.items[0];
    return found ?? skip('The registry lists no server to look at.');
  }

  /** The list read to its end, or to the twelfth page; small lists in pages small enough that there are several. */
  async walk(): Promise<Walk> {
    this.walked ??= this.readAll();
    const walk = await this.walked;
    this.trail.push(...walk.evidence);
    return walk;
  }

  private async readAll(): Promise<Walk & { evidence: Evidence[] }> {
    const first = await this.list();
    const limit = first.nextCursor === null ? Math.max(1, Math.ceil(first.items.length / 4)) : 100;
    const evidence: Evidence[] = [];
    const walk = await walkList(first, limit, async (query) => {
      const answer = await this.client.send({ method: 'GET', path: `${SERVERS}?${query}` });
      if ('cause' in answer) return answer.reason;
      evidence.push({ request: answer.request, status: answer.status, excerpt: excerptOf(answer.text) });
      const page = answer.status === 200 ? pageOf(answer.json) : null;
      return page ?? `${answer.request} answered ${answer.status}, not with a list.`;
    });
    return { ...walk, evidence: evidence.slice(-MAX_EVIDENCE) };
  }
}

/** Path of one version, percent-encoded as the specification says. */
export function versionPath(name: string, version: string): string {
  return `${versionsPath(name)}/${encodeURIComponent(version)}`;
}

/** Path of all versions of a server. */
export function versionsPath(name: string): string {
  return `${SERVERS}/${encodeURIComponent(name)}/versions`;
}

/** The list in an answer; anything else ends the case. */
export function readable(answer: Answer): ListPage {
  if (answer.status !== 200) return refute(`${answer.request} answered ${answer.status} instead of 200.`);
  return pageOf(answer.json) ?? refute(`${answer.request} did not answer with a list ("servers" is missing).`);
}

/** The item in an answer; anything else ends the case. */
export function itemIn(answer: Answer): ServerItem {
  if (answer.status !== 200) return refute(`${answer.request} answered ${answer.status} instead of 200.`);
  return itemOf(answer.json) ?? refute(`${answer.request} did not answer with a server.`);
}

/** Everything that is not printable becomes a space: excerpts go into terminals and reports. */
function excerptOf(text: string): string {
  const line = text
    .slice(0, MAX_EXCERPT * 2)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT)}…` : line;
}
