import { afterAll, expect, it } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { eventually } from '../child-processes.js';
import { type OwnersStory, PAYMENTS } from './story.js';

type Change = { topic: string; version: { version: string; state: string; quarantineReason: string | null } };

/** Whoever watches a server sees each step as it is taken, whoever takes it and wherever. */
export function changesAreSeenAsTheyHappen(story: OwnersStory): void {
  const V1 = `${PAYMENTS}@1.0.0`;
  const clients: Client[] = [];
  afterAll(async () => {
    for (const client of clients) await client.dispose();
  });

  /** Everything the person sees from now on; `error` once the subscription was refused. */
  function watch(person: string): { changes: Change[]; error: unknown } {
    const client = createClient({
      url: `${story.apiUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${story.tokens[person]}` },
      retryAttempts: 0,
    });
    clients.push(client);
    const seen: { changes: Change[]; error: unknown } = { changes: [], error: null };
    const query = `subscription ($server: ServerRef) { versionChanged(server: $server) {
      topic version { version state quarantineReason } } }`;
    client.subscribe<{ versionChanged: Change }>(
      { query, variables: { server: { byName: PAYMENTS } } },
      {
        next: ({ data, errors }) => {
          if (data) seen.changes.push(data.versionChanged);
          if (errors) seen.error = errors;
        },
        error: (error) => {
          seen.error = error;
        },
        complete: () => undefined,
      },
    );
    return seen;
  }

  it('shows holds and transitions that the command line makes, to who may see the server', async () => {
    const owner = watch('owner');
    const outsider = watch('outsider');
    // a watch begins some time after it was asked for: hold and release until it shows
    await eventually(
      async () => {
        await story.done('reviewer', 'quarantine', V1, '--reason', 'To see it.');
        await story.done('reviewer', 'release', V1, '--reason', 'Seen.');
        return owner.changes.map((change) => change.topic);
      },
      (topics) => topics.length > 0,
    );
    await eventually(
      () => story.json('ci', 'can-i', 'promote', V1),
      (gate) => gate.exit === 0,
    );
    await story.done('ci', 'promote', V1);
    const last = await eventually(
      async () => owner.changes.at(-1),
      (change) => change?.topic === 'version.transitioned',
    );
    expect(last).toMatchObject({ version: { version: '1.0.0', state: 'in_review', quarantineReason: null } });
    expect(outsider.changes).toEqual([]);
    expect(outsider.error).not.toBeNull();
  });
}
