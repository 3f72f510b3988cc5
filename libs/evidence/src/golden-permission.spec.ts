import { describe, expect, it } from '@jest/globals';
import { buildContract, type Member } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { type CallQuestion, type GoldenPermit, mayCall } from './golden-permission.js';
import { callsDigestOf, type GoldenDocument } from './golden-set.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const LATER = new Date('2026-11-21T12:00:00Z');
const DOCUMENT: GoldenDocument = {
  calls: [{ name: 'one', tool: 'pay', arguments: { id: 1 }, expect: { isError: false, values: [] } }],
};

function member(annotations: JsonObject | undefined, more: JsonObject = {}): Member {
  const tool = { name: 'pay', inputSchema: { type: 'object' }, ...(annotations ? { annotations } : {}), ...more };
  const [made] = buildContract({ tools: [tool] }).contract.members;
  if (!made) throw new Error('the tool was not taken');
  return made;
}

const READ_ONLY = member({ readOnlyHint: true });
const WRITES = member({ readOnlyHint: false });

function ask(more: Partial<CallQuestion>): CallQuestion {
  const [call] = DOCUMENT.calls;
  if (!call) throw new Error('no call');
  const declaration = { document: DOCUMENT, declaredBy: 'prn_owner' };
  return { call, pinned: READ_ONLY, live: READ_ONLY, declaration, permits: [], now: NOW, ...more };
}

function permit(more: Partial<GoldenPermit> = {}): GoldenPermit {
  const valid = { toolDigest: WRITES.digest, callsDigest: callsDigestOf(DOCUMENT, 'pay') };
  return { id: 'gpm_1', tool: 'pay', grantedBy: 'prn_reviewer', expiresAt: LATER, revokedAt: null, ...valid, ...more };
}

describe('whether a golden call is made', () => {
  it('is a yes for a tool that says it is read-only, here and in the contract', () => {
    expect(mayCall(ask({}))).toEqual({ allowed: true, permissionId: null });
  });

  it.each<[string, Partial<CallQuestion>]>([
    ['a tool without annotations', { pinned: member(undefined), live: member(undefined) }],
    ['a tool that writes', { pinned: WRITES, live: WRITES }],
    ['a tool that only says it destroys nothing', both({ destructiveHint: false })],
    ['a tool that says it is both', both({ readOnlyHint: true, destructiveHint: true })],
    ['a tool whose hint is no boolean', both({ readOnlyHint: 'true' })],
    ['a tool that the contract does not have', { pinned: null }],
    ['a tool that is not offered', { live: null }],
    ['a tool that became read-only since', { pinned: WRITES }],
    ['a tool that is read-only no more', { live: WRITES }],
    ['a tool with another annotation than the contract', { live: member({ readOnlyHint: true, openWorldHint: true }) }],
  ])('is a no for %s', (_name, question) => {
    expect(mayCall(ask(question))).toMatchObject({ allowed: false });
  });

  it('is a yes for a tool that writes, when a second person permitted exactly this', () => {
    const question = ask({ pinned: WRITES, live: WRITES, permits: [permit()] });
    expect(mayCall(question)).toEqual({ allowed: true, permissionId: 'gpm_1' });
  });

  it.each<[string, Partial<GoldenPermit>]>([
    ['of another tool', { tool: 'refund' }],
    ['that was revoked', { revokedAt: NOW }],
    ['that has expired', { expiresAt: NOW }],
    ['that the author gave to himself', { grantedBy: 'prn_owner' }],
    ['of another definition of the tool', { toolDigest: READ_ONLY.digest }],
    ['of other arguments', { callsDigest: callsDigestOf({ calls: [] }, 'pay') }],
  ])('is a no with a permission %s', (_name, more) => {
    expect(mayCall(ask({ pinned: WRITES, live: WRITES, permits: [permit(more)] }))).toMatchObject({ allowed: false });
  });

  it('is a no when the endpoint describes the permitted tool differently', () => {
    const live = member({ readOnlyHint: false }, { description: 'Does more.' });
    expect(mayCall(ask({ pinned: WRITES, live, permits: [permit()] }))).toMatchObject({ allowed: false });
    expect(mayCall(ask({ pinned: live, live: WRITES, permits: [permit()] }))).toMatchObject({ allowed: false });
  });
});

function both(annotations: JsonObject): Partial<CallQuestion> {
  return { pinned: member(annotations), live: member(annotations) };
}
