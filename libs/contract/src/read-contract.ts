import { err, isJsonObject, type JsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import { buildContract } from './build-contract.js';
import type { Contract, IntakeIssue, MemberKind, RawOffer } from './contract.js';
import { canonicalJson } from './digest.js';
import { MAX_DEPTH, parseStrict } from './strict-json.js';

/** UTF-8 bytes a contract file or a captured list may have. */
export const MAX_CONTRACT_BYTES = 32 * 1024 * 1024;

const LIST_OF_KIND = {
  tool: 'tools',
  resource: 'resources',
  resource_template: 'resourceTemplates',
  prompt: 'prompts',
} as const satisfies Record<MemberKind, keyof RawOffer>;

/**
 * Reads a contract from text: our own format (every digest is recomputed and must agree), a raw `tools/list` result, a
 * JSON-RPC response that carries one, or any JSON object with a `tools` array.
 */
export function readContract(text: string): Result<{ contract: Contract; issues: IntakeIssue[] }, IntakeIssue> {
  // A definition in our own format stands three levels deep, in `members[i].definition`.
  const parsed = parseStrict(text, { maxBytes: MAX_CONTRACT_BYTES, maxDepth: MAX_DEPTH + 4 });
  if (!parsed.ok) return parsed;
  const value = parsed.value;
  if (!isJsonObject(value)) return reject('NOT_AN_OBJECT', 'A contract is a JSON object.', '');
  if (Object.hasOwn(value, 'format')) {
    if (value['format'] === 'rollcall.contract.v1') return readOwnFormat(value);
    if (!Array.isArray(value['tools'])) return reject('UNKNOWN_FORMAT', 'The contract format is not known.', 'format');
  }
  const result = own(value, 'result');
  const list = Array.isArray(own(value, 'tools')) ? value : isJsonObject(result) ? result : value;
  const tools = own(list, 'tools');
  if (!Array.isArray(tools)) {
    return reject('NO_TOOLS', 'The text is neither a contract nor an object with a "tools" array.', '');
  }
  return ok(buildContract(offerOf(list, tools)));
}

function offerOf(list: JsonObject, tools: JsonValue[]): RawOffer {
  const offer: RawOffer = { tools };
  for (const key of ['resources', 'resourceTemplates', 'prompts'] as const) {
    const value = own(list, key);
    if (Array.isArray(value)) offer[key] = value;
  }
  const instructions = own(list, 'instructions');
  if (typeof instructions === 'string') offer.instructions = instructions;
  const capabilities = own(list, 'capabilities');
  if (isJsonObject(capabilities)) offer.capabilities = capabilities;
  return offer;
}

function readOwnFormat(value: JsonObject): Result<{ contract: Contract; issues: IntakeIssue[] }, IntakeIssue> {
  const members = own(value, 'members');
  if (!Array.isArray(members)) return reject('NOT_A_CONTRACT', 'The contract has no list of members.', 'members');
  const offer: Required<Pick<RawOffer, 'tools' | 'resources' | 'resourceTemplates' | 'prompts'>> & RawOffer = {
    tools: [],
    resources: [],
    resourceTemplates: [],
    prompts: [],
  };
  for (const [index, member] of members.entries()) {
    const kind = isJsonObject(member) ? own(member, 'kind') : undefined;
    const list =
      typeof kind === 'string' && Object.hasOwn(LIST_OF_KIND, kind) ? LIST_OF_KIND[kind as MemberKind] : undefined;
    if (list === undefined || !isJsonObject(member)) {
      return reject('NOT_A_CONTRACT', 'The member is of no known kind.', `members[${index}]`);
    }
    offer[list].push(own(member, 'definition') ?? null);
  }
  const instructions = own(value, 'instructions');
  const capabilities = own(value, 'capabilities');
  const built = buildContract({
    ...offer,
    instructions: typeof instructions === 'string' ? instructions : null,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
  });
  const [issue] = built.issues;
  if (issue !== undefined) return err(issue);
  return verified(value, built.contract);
}

/** The file must say exactly what we compute: names, kinds, parts and every digest. */
function verified(
  claimed: JsonObject,
  contract: Contract,
): Result<{ contract: Contract; issues: IntakeIssue[] }, IntakeIssue> {
  const members = claimed['members'] as JsonObject[];
  for (const [index, member] of members.entries()) {
    const computed = contract.members[index];
    if (computed === undefined || canonicalJson(member) !== canonicalJson(computed as unknown as JsonObject)) {
      const path = `members[${index}]`;
      return reject(
        'DIGEST_MISMATCH',
        'The member does not have the digest, name or place that its definition gives it.',
        path,
      );
    }
  }
  if (canonicalJson(claimed) !== canonicalJson(contract as unknown as JsonObject)) {
    return reject('DIGEST_MISMATCH', 'The contract does not have the digest that its content gives it.', 'digest');
  }
  return ok({ contract, issues: [] });
}

function own(from: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

function reject(code: string, message: string, path: string): { ok: false; error: IntakeIssue } {
  return err({ code, message, path });
}
