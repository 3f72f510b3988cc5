import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuditRecord, auditHash, type ChainedAuditEvent, GENESIS_HASH, verifyAuditChain } from './audit-chain.js';

function chainOf(length: number, organizationId = 'org_1'): ChainedAuditEvent[] {
  const events: ChainedAuditEvent[] = [];
  for (let sequence = 1; sequence <= length; sequence++) {
    const record: AuditRecord = {
      organizationId,
      sequence,
      id: `aud_${sequence}`,
      at: new Date(1_790_000_000_000 + sequence).toISOString(),
      actorId: 'prn_1',
      actorHandle: 'ada',
      action: 'server.publish',
      subject: `version:com.acme/x@1.0.${sequence}`,
      outcome: 'done',
      requestId: `req_${sequence}`,
      data: { n: sequence, nested: { b: 1, a: [true, null] } },
      previousHash: events.at(-1)?.hash ?? GENESIS_HASH,
    };
    events.push({ ...record, hash: auditHash(record) });
  }
  return events;
}

const FIELDS = Object.keys(chainOf(1)[0] ?? {}) as (keyof ChainedAuditEvent)[];

describe('the audit chain', () => {
  it('verifies from genesis and names its head', () => {
    const chain = chainOf(5);
    expect(verifyAuditChain(chain)).toEqual({ ok: true, length: 5, head: chain[4]?.hash });
  });

  it('of nothing is empty and ends where every chain starts', () => {
    expect(verifyAuditChain([])).toEqual({ ok: true, length: 0, head: GENESIS_HASH });
  });

  it('keeps its published definition: this hash must never change', () => {
    expect(chainOf(1)[0]?.hash).toBe('9a5d056f3fb8a0f10bbcff3149f1977c1f15c6629302e05cba8cb9605349f001');
  });

  it('does not depend on the order of keys, nor on properties that are not part of an event', () => {
    const [event] = chainOf(1) as [ChainedAuditEvent];
    const shuffled = Object.fromEntries(Object.entries({ ...event, extra: 1 }).reverse()) as ChainedAuditEvent;
    expect(auditHash(shuffled)).toBe(event.hash);
  });

  it('finds an edit of any field of any event, at that event', () => {
    const chain = chainOf(6);
    fc.assert(
      fc.property(fc.nat(5), fc.constantFrom(...FIELDS), (index, field) => {
        const before = chain[index] as ChainedAuditEvent;
        const edited = field === 'sequence' ? 77 : field === 'data' ? { n: 'edited' } : `${before[field]}x`;
        const forged = chain.map((event, at) => (at === index ? { ...event, [field]: edited } : event));
        const verdict = verifyAuditChain(forged);
        // Another organization on the first event makes all the others strangers, unless its own hash gives it away first.
        expect(verdict).toMatchObject({ ok: false, sequence: index + 1 });
      }),
    );
  });

  it('finds an edited event whose own hash was recomputed, at its successor', () => {
    const chain = chainOf(4);
    const forged = { ...(chain[1] as ChainedAuditEvent), actorHandle: 'mallory' };
    const verdict = verifyAuditChain(chain.with(1, { ...forged, hash: auditHash(forged) }));
    expect(verdict).toMatchObject({ ok: false, sequence: 3 });
  });

  it('finds every removed event but the last ones', () => {
    for (let index = 0; index < 4; index++) {
      expect(verifyAuditChain(chainOf(5).toSpliced(index, 1))).toMatchObject({ ok: false, sequence: index + 1 });
    }
  });

  it('finds every swap', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(5), (a, b) => {
        fc.pre(a !== b);
        const chain = chainOf(6);
        const swapped = chain.with(a, chain[b] as ChainedAuditEvent).with(b, chain[a] as ChainedAuditEvent);
        expect(verifyAuditChain(swapped)).toMatchObject({ ok: false, sequence: Math.min(a, b) + 1 });
      }),
    );
  });

  it('finds an event of another organization', () => {
    const own = chainOf(1);
    const foreign = { ...(chainOf(2, 'org_2')[1] as ChainedAuditEvent), previousHash: own[0]?.hash ?? '' };
    const verdict = verifyAuditChain([...own, { ...foreign, hash: auditHash(foreign) }]);
    expect(verdict).toMatchObject({ ok: false, sequence: 2, reason: expect.stringContaining('another organization') });
  });
});
