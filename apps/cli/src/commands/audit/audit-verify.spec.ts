import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditHash, type ChainedAuditEvent, checkpointBytes, GENESIS_HASH, sealBytes } from '@rollcall/schema';
import { callJson } from '../../call.fixture.js';

const auditExportText = (events: readonly ChainedAuditEvent[]) =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

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

/** A signed export, as the control plane writes it, and the key that signed it. */
function signedExport(events: readonly ChainedAuditEvent[]) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = { keyId: createHash('sha256').update(raw).digest('hex'), publicKey: raw.toString('base64') };
  const signed = <T>(statement: T, bytes: Uint8Array) => ({
    ...statement,
    signature: sign(null, bytes, privateKey).toString('base64'),
  });
  const at = '2026-11-20T13:00:00.000Z';
  const last = events.at(-1) as ChainedAuditEvent;
  const stated = { organizationId: 'org_1', sequence: last.sequence, hash: last.hash, at, keyId: key.keyId };
  const head = signed(stated, checkpointBytes(stated));
  const header = { kind: 'export', organizationId: 'org_1', at, from: null, to: null, anchor: null, head, keys: [key] };
  const text = auditExportText([header as never, ...events]);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const seal = {
    organizationId: 'org_1',
    events: events.length,
    lines: events.length + 1,
    sha256,
    at,
    keyId: key.keyId,
  };
  return { key, text: text + auditExportText([{ kind: 'seal', ...signed(seal, sealBytes(seal)) } as never]) };
}

describe('rollcall audit verify', () => {
  it('verifies signatures, finds a cut-off end, and takes only the keys it was given', async () => {
    const { key, text } = signedExport(chain(4));
    await writeFile(path.join(cwd, 'keys.json'), JSON.stringify({ keys: [key] }));
    const { exitCode, envelope } = await verify(text, '--keys', 'keys.json');
    expect(exitCode).toBe(0);
    expect(envelope.data).toMatchObject({ ok: true, length: 4, signed: { sequence: 4 }, keys: 'given' });
    const lines = text.split('\n');
    const cut = [...lines.slice(0, 3), ...lines.slice(5)].join('\n');
    expect(await verify(cut)).toMatchObject({ exitCode: 1, envelope: { data: { ok: false, sequence: 3 } } });
    expect(await verify(lines.slice(0, 3).join('\n'))).toMatchObject({ exitCode: 1 });
    await writeFile(path.join(cwd, 'keys.json'), JSON.stringify({ keys: [signedExport(chain(1)).key] }));
    expect(await verify(text, '--keys', 'keys.json')).toMatchObject({ exitCode: 1 });
    // without signatures the keys prove nothing
    expect(await verify(auditExportText(chain(4)), '--keys', 'keys.json')).toMatchObject({ exitCode: 1 });
    await writeFile(path.join(cwd, 'keys.json'), '[]');
    expect(await verify(text, '--keys', 'keys.json')).toMatchObject({ exitCode: 2 });
  });

  it('verifies an export offline, without an account', async () => {
    const events = chain(3);
    const { exitCode, envelope } = await verify(auditExportText(events));
    expect(exitCode).toBe(0);
    const data = { ok: true, length: 3, first: 1, head: events[2]?.hash, checkpoints: 0, signed: null };
    expect(envelope.data).toEqual(data);
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
