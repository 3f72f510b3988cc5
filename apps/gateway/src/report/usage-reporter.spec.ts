import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@rollcall/kernel';
import { shapeReader } from '../mcp/call-shape.js';
import { ControlPlaneUnavailable } from '../trust/control-plane.client.js';
import type { CallRecord } from './call-record.js';
import { type UsageReport, UsageReporter } from './usage-reporter.js';

const SHAPES = shapeReader({ properties: { amount: {}, currency: {}, ['x'.repeat(200)]: {} } });
const CALL: CallRecord = {
  requestId: 'req_1',
  agent: 'agt_1',
  name: 'pay__charge',
  alias: 'pay',
  server: 'com.acme/pay',
  version: '1.0.0',
  tool: 'charge',
  outcome: 'ok',
  code: null,
  latencyMs: 1,
  serial: 1,
};

function reporterTo(send: (report: UsageReport) => Promise<void>) {
  const clock = fixedClock('2026-11-20T12:00:00Z');
  return new UsageReporter({ gateway: 'edge', bootId: 'b1', clock, send, everyMs: 1_000 });
}

describe('the shape of a call', () => {
  it('has the names of the schema in order, and no other', () => {
    expect(SHAPES({ currency: 'EUR', amount: 1 })).toMatchObject({ names: ['amount', 'currency'], other: false });
    expect(SHAPES({ 'a secret as a name': 1, toString: 1 })).toMatchObject({ names: [], other: true });
    expect(SHAPES({ ['x'.repeat(200)]: 1 })).toMatchObject({ names: [], other: true });
    expect(SHAPES({ amount: 1, currency: 'EUR' })).toBe(SHAPES({ currency: 'USD', amount: 2 }));
  });

  it('has at most 64 names', () => {
    const names = Array.from({ length: 70 }, (_, i) => `n${i}`);
    const shape = shapeReader({ properties: Object.fromEntries(names.map((name) => [name, {}])) });
    const wide = shape(Object.fromEntries(names.map((name) => [name, 1])));
    expect([wide.names.length, wide.other]).toEqual([64, true]);
  });
});

describe('usage reports', () => {
  it('count shapes of calls that came through, each tool a bounded number of them', async () => {
    const sent: UsageReport[] = [];
    const reporter = reporterTo(async (report) => void sent.push(report));
    reporter.count(CALL, SHAPES({ amount: 1 }));
    reporter.count(CALL, SHAPES({ amount: 2 }));
    reporter.count({ ...CALL, outcome: 'error' }, SHAPES({ amount: 2, other: 1 }));
    reporter.count({ ...CALL, outcome: 'refused' }, SHAPES({ currency: 'EUR' }));
    const wide = shapeReader({ properties: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`n${i}`, {}])) });
    for (let i = 0; i < 40; i++) reporter.count({ ...CALL, tool: 'wide' }, wide({ [`n${i}`]: 1 }));
    await reporter.flush();
    const [charge, many] = sent[0]?.calls ?? [];
    expect(charge).toMatchObject({ ok: 2, refused: 1, errors: 1 });
    expect(charge?.shapes).toEqual([
      { names: ['amount'], other: false, calls: 2 },
      { names: ['amount'], other: true, calls: 1 },
    ]);
    expect([many?.ok, many?.shapes?.length]).toEqual([40, 16]);
  });

  it('go out without shapes when the control plane is too old for them, under the same number', async () => {
    const sent: UsageReport[] = [];
    const reporter = reporterTo(async (report) => {
      sent.push(report);
      const isNew = report.calls.some((call) => call.shapes !== undefined);
      if (isNew) throw new ControlPlaneUnavailable('HTTP 400 for usage', 400);
    });
    reporter.count(CALL, SHAPES({ amount: 1 }));
    await reporter.flush();
    expect(sent.map(({ seq, calls }) => [seq, calls[0]?.ok, calls[0]?.shapes?.length])).toEqual([
      [1, 1, 1],
      [1, 1, undefined],
    ]);
    reporter.count(CALL, SHAPES({ amount: 1 }));
    await reporter.flush();
    expect(sent).toHaveLength(3);
  });

  it('are kept as they are when the control plane is merely away', async () => {
    let isAway = true;
    const sent: UsageReport[] = [];
    const reporter = reporterTo(async (report) => {
      if (isAway) throw new ControlPlaneUnavailable('HTTP 503 for usage', 503);
      sent.push(report);
    });
    reporter.count(CALL, SHAPES({ amount: 1 }));
    await reporter.flush();
    isAway = false;
    await reporter.flush();
    expect(sent[0]?.calls[0]?.shapes).toHaveLength(1);
  });
});
