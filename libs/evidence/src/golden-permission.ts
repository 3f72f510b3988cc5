import { canonicalJson, type Member } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { isDestructive } from '@rollcall/policy';
import { callsDigestOf, type GoldenCall, type GoldenDocument } from './golden-set.js';

/** A reviewer's word about one tool that is not read-only, as it is stored. */
export type GoldenPermit = {
  id: string;
  tool: string;
  toolDigest: string;
  callsDigest: string;
  grantedBy: string;
  expiresAt: Date;
  revokedAt: Date | null;
};

/** What a call is judged by before it is made. */
export type CallQuestion = {
  call: GoldenCall;
  /** Of the contract that was approved, or seen when nothing is approved yet. */
  pinned: Member | null;
  /** Of the session in which the call would be made. */
  live: Member | null;
  declaration: { document: GoldenDocument; declaredBy: string };
  permits: readonly GoldenPermit[];
  now: Date;
};

/** Whether a call may be made, and by whose permission when its tool is not read-only. */
export type CallDecision = { allowed: true; permissionId: string | null } | { allowed: false; reason: string };

const no = (reason: string): CallDecision => ({ allowed: false, reason });

/**
 * A call is made only when its tool says that it is read-only, in the pinned contract and here, with the same annotations;
 * or when a second person permitted exactly this tool with exactly these arguments. Whatever is not known is a no.
 */
export function mayCall(question: CallQuestion): CallDecision {
  const { call, pinned, live } = question;
  if (pinned === null) return no(`"${call.tool}" is not in the contract of this version.`);
  if (live === null) return no(`The endpoint does not offer "${call.tool}".`);
  if (hintsOf(pinned) !== hintsOf(live)) {
    return no(`The endpoint gives "${call.tool}" other annotations than the contract of this version.`);
  }
  if (isReadOnly(pinned.definition) && isReadOnly(live.definition)) return { allowed: true, permissionId: null };
  const permit = question.permits.find((one) => isValid(one, question, live));
  if (permit) return { allowed: true, permissionId: permit.id };
  return no(`"${call.tool}" is not marked read-only, and no reviewer has permitted these calls of it.`);
}

/** True for a tool that says it is read-only and says nothing to the contrary. */
export function isReadOnly(definition: JsonObject): boolean {
  const annotations = definition['annotations'];
  if (!isJsonObject(annotations) || annotations['readOnlyHint'] !== true) return false;
  return annotations['destructiveHint'] !== true && !isDestructive(definition);
}

function isValid(permit: GoldenPermit, { call, declaration, now, pinned }: CallQuestion, live: Member): boolean {
  return (
    permit.tool === call.tool &&
    permit.revokedAt === null &&
    permit.expiresAt > now &&
    // two people: who declared the calls is never the one who permits them
    permit.grantedBy !== declaration.declaredBy &&
    permit.toolDigest === live.digest &&
    permit.toolDigest === pinned?.digest &&
    permit.callsDigest === callsDigestOf(declaration.document, call.tool)
  );
}

function hintsOf(member: Member): string {
  return canonicalJson(member.definition['annotations'] ?? null);
}
