import type { JsonObject } from '@rollcall/kernel';
import * as documents from './documents.js';
import type { GraphqlClient } from './graphql.client.js';
import type { People } from './people.js';

const SERVER = 'com.acme.payments/payments';
/** What waits in staging for its canary. */
const VERSION = '2.0.0';
const RUN_WITHIN_MS = 60_000;
const POLL_MS = 150;

const CALLS: JsonObject[] = [
  {
    name: 'a settled payment',
    tool: 'get_payment',
    arguments: { id: 'pay_1001' },
    expect: {
      maxLatencyMs: 1000,
      values: [
        { at: '/structuredContent/id', equals: 'pay_1001' },
        { at: '/structuredContent/amount', type: 'integer' },
      ],
    },
  },
  {
    name: 'a payment that does not exist',
    tool: 'get_payment',
    arguments: { id: 'pay_9' },
    expect: { isError: true },
  },
  {
    name: 'all settled payments',
    tool: 'list_payments',
    arguments: { status: 'settled' },
    expect: { values: [{ at: '/structuredContent/payments', type: 'array' }] },
  },
];

type Known = { server: { goldenCalls: { id: string } | null; objective: { id: string } | null } | null };
type Runs = { version: { goldenRuns: { status: string }[] } | null };

/** Declares example calls and an objective for the payments server and has the calls made once; what is there stays. */
export async function gatherEvidence({ owner }: People): Promise<void> {
  const server = { byName: SERVER };
  const known = (await owner.ask<Known>(documents.SERVER_EVIDENCE, { ref: server })).server;
  if (!known?.goldenCalls) await owner.tell(documents.GOLDEN_CALLS_SET, { server, document: { calls: CALLS } });
  const objective = { availability: 99.5, latencyP95Ms: 500, windowDays: 30 };
  if (!known?.objective) await owner.tell(documents.SERVER_OBJECTIVE_SET, { server, ...objective });
  const version = { byName: { server: SERVER, version: VERSION } };
  if ((await runsOf(owner, version)).length > 0) return;
  await owner.tell(documents.GOLDEN_RUN, { version, environment: 'staging' });
  const deadline = Date.now() + RUN_WITHIN_MS;
  while (!(await runsOf(owner, version)).some(({ status }) => status === 'completed' || status === 'failed')) {
    if (Date.now() > deadline) throw new Error('the worker did not make the golden calls in time');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function runsOf(as: GraphqlClient, version: JsonObject): Promise<{ status: string }[]> {
  return (await as.ask<Runs>(documents.GOLDEN_RUNS, { ref: version })).version?.goldenRuns ?? [];
}
