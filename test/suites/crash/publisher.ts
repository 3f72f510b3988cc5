import { type Installation, serverJson } from '../installation.js';

/** A version whose steps were all acknowledged: where the last one left it. */
export type Acknowledged = { server: string; version: string; track: 'governed' | 'listed'; state: string };

/** What one attempt came to: the answer, or why it must be tried again. */
type Attempt<T> = { known: true; answer: T } | { known: false; because: string };

/** A job whose process died is taken over after half a minute, and may die again. */
const DONE_WITHIN_MS = 120_000;
const PAUSE_MS = 50;

/** One that publishes through HTTP and repeats whatever was not acknowledged, as a pipeline does. */
export class Publisher {
  readonly acknowledged: Acknowledged[] = [];

  constructor(
    private readonly installation: Installation,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  /** Governed versions: published as drafts, inspected and checked by the worker, handed in, rejected or sent back. */
  async governs(url: string, goesOn: () => boolean): Promise<void> {
    for (let n = 1; goesOn(); n++) {
      const server = `${this.namespace}/${this.name}`;
      const version = `1.0.${n}`;
      await this.until(() => this.publishDraft(server, version, url));
      await this.reaches(server, version, 'ci', { to: 'in_review' });
      const state = n % 2 === 0 ? 'draft' : 'rejected';
      await this.reaches(server, version, 'reviewer', { to: state, reason: 'Not this one.' });
      this.acknowledged.push({ server, version, track: 'governed', state });
    }
  }

  /** Listed versions: published through the registry API, then moved through every status. */
  async lists(goesOn: () => boolean): Promise<void> {
    for (let n = 1; goesOn(); n++) {
      const server = `${this.namespace}/${this.name}-${n % 3}`;
      const version = `1.${n}.0`;
      const body = serverJson(server, version);
      await this.until(() => this.request('ci', '/v0.1/publish', { method: 'POST', body }, [200]));
      const statuses = [['deprecated'], ['deprecated', 'active'], ['deleted'], ['deleted', 'active'], []][n % 5] ?? [];
      for (const status of statuses) {
        const path = `/v0.1/servers/${encodeURIComponent(server)}/versions/${version}/status`;
        // 400: it has that status already, so an earlier attempt was done and its answer lost
        await this.until(() => this.request('ci', path, { method: 'PATCH', body: { status } }, [200, 400]));
      }
      const state = statuses.at(-1) ?? 'active';
      this.acknowledged.push({
        server,
        version,
        track: 'listed',
        state: state === 'deleted' ? 'decommissioned' : state,
      });
    }
  }

  private async publishDraft(server: string, version: string, url: string): Promise<Attempt<unknown>> {
    const query = `mutation ($input: ServerPublishInput!) { serverPublish(input: $input) {
      version { id } errors { code message } } }`;
    const manifest = serverJson(server, version, { remotes: [{ type: 'streamable-http', url }] });
    const input = { manifest, contact: 'payments@acme.example' };
    const sent = await this.graphql<{ serverPublish: { version: unknown; errors: object[] } }>('ci', query, { input });
    if (!sent.known) return sent;
    const { version: made, errors } = sent.answer.serverPublish;
    if (!made) throw new Error(`${server}@${version} was not published: ${JSON.stringify(errors)}`);
    return sent;
  }

  /** Asks for a step until it is seen done. A refusal is asked again: evidence may still come, or the step was done before. */
  private async reaches(server: string, version: string, person: string, step: { to: string; reason?: string }) {
    const ref = { byName: { server, version } };
    const read = 'query ($ref: VersionRef!) { version(ref: $ref) { state } }';
    const move =
      'mutation ($input: VersionTransitionInput!) { versionTransition(input: $input) { errors { code message } } }';
    type Seen = { version: { state: string } };
    await this.until(async () => {
      const seen = await this.graphql<Seen>(person, read, { ref });
      if (!seen.known) return seen;
      if (seen.answer.version.state === step.to) return seen;
      const sent = await this.graphql(person, move, { input: { version: ref, ...step } });
      return { known: false, because: JSON.stringify(sent) };
    });
  }

  private async graphql<T>(person: string, query: string, variables: object): Promise<Attempt<T>> {
    const sent = await this.request<{ data: T | null; errors?: object[] }>(
      ...([person, '/graphql', { method: 'POST', body: { query, variables } }, [200]] as const),
    );
    if (!sent.known) return sent;
    return sent.answer.data
      ? { known: true, answer: sent.answer.data }
      : { known: false, because: JSON.stringify(sent.answer.errors) };
  }

  private async request<T>(
    person: string,
    route: string,
    init: { method: string; body: unknown },
    expected: readonly number[],
  ): Promise<Attempt<T>> {
    try {
      const response = await this.installation.http(person, route, init);
      const answer = (await response.json()) as T;
      if (expected.includes(response.status)) return { known: true, answer };
      const because = `${route}: ${response.status} ${JSON.stringify(answer)}`;
      if (response.status < 500) throw new Unexpected(because);
      return { known: false, because };
    } catch (error) {
      if (error instanceof Unexpected) throw error;
      // the process died in the middle: whether it was done is not known
      return { known: false, because: String(error) };
    }
  }

  /** Repeats until it is known to be done; the api is away for as long as it takes to start. */
  private async until(attempt: () => Promise<Attempt<unknown>>): Promise<void> {
    const deadline = Date.now() + DONE_WITHIN_MS;
    for (;;) {
      const made = await attempt();
      if (made.known) return;
      if (Date.now() > deadline) throw new Error(`${this.name} waited too long: ${made.because}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** An answer that no crash explains. */
class Unexpected extends Error {}
