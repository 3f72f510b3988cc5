import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditHash, type ChainedAuditEvent, GENESIS_HASH } from '@rollcall/schema';
import { auditExportText } from '../../audit-events.reader.js';
import { callJson } from '../../call.fixture.js';

function chain(length: number): ChainedAuditEvent[] {
  const events: ChainedAuditEvent[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    const record = {
      organizationId: 'org_1',
      sequence,
      id: `aud_${sequence}`,
      at: '2026-11-20T12:00:00.000Z',
      actorId: 'prn_1',
      actorHandle: 'ada',
      action: 'server.publish',
      subject: 'server:com.acme/x',
      outcome: 'done',
      requestId: 'req_1',
      data: { note: 'line\nfeed' },
      previousHash: events.at(-1)?.hash ?? GENESIS_HASH,
    };
    events.push({ ...record, hash: auditHash(record) });
  }
  return events;
}

let cwd: string;
const verify = async (text: string, ...argv: string[]) => {
  await writeFile(path.join(cwd, 'audit.ndjson'), text);
  return callJson(['audit', 'verify', 'audit.ndjson', ...argv], { cwd });
};

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'rollcall-audit-'));
});
afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
});

describe('rollcall audit verify', () => {
  it('verifies an export offline, without an account', async () => {
    const events = chain(3);
    const { exitCode, envelope } = await verify(auditExportText(events));
    expect(exitCode).toBe(0);
    expect(envelope.data).toEqual({ ok: true, length: 3, head: events[2]?.hash });
  });

  it('exits 1 on an edited event and names it', async () => {
    const { exitCode, envelope } = await verify(auditExportText(chain(3)).replace('aud_2', 'aud_9'));
    expect(exitCode).toBe(1);
    expect(envelope.data).toMatchObject({ ok: false, sequence: 2 });
  });

  it('exits 1 on a cut-off end when the head was noted', async () => {
    const events = chain(3);
    const noted = events[2]?.hash ?? '';
    expect((await verify(auditExportText(events.slice(0, 2)))).exitCode).toBe(0);
    expect((await verify(auditExportText(events.slice(0, 2)), '--head', noted)).exitCode).toBe(1);
    // A chain that has grown since still contains it.
    expect((await verify(auditExportText(chain(5)), '--head', noted)).exitCode).toBe(0);
  });

  it('exits 2 on what is no export', async () => {
    for (const text of ['hello', '{}', '{"sequence":1}\n', `${auditExportText(chain(1))}\n\n`]) {
      expect(await verify(text)).toMatchObject({ exitCode: 2, envelope: { error: { code: 'NOT_AN_EXPORT' } } });
    }
  });
});
