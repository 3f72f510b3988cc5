import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** Claim name -> exact text, or text with one `*` per segment. All must match. */
export type ClaimPatterns = Readonly<Record<string, string>>;

const MAX_CLAIMS = 20;
const MAX_TEXT = 512;
const CLAIM_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./:-]{0,127}$/;
/** What every token has anyway: a rule about these says nothing about who is asking. */
const ENVELOPE = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** What is wrong with the patterns of a rule, in one sentence; null when nothing is. */
export function patternProblem(patterns: ClaimPatterns): string | null {
  const entries = Object.entries(patterns);
  if (entries.length === 0) return 'A rule names at least one claim beyond issuer and audience.';
  if (entries.length > MAX_CLAIMS) return `A rule names at most ${MAX_CLAIMS} claims.`;
  for (const [name, pattern] of entries) {
    if (!CLAIM_NAME.test(name)) return `"${name.slice(0, 60)}" is not the name of a claim.`;
    if (ENVELOPE.has(name)) return `The claim "${name}" is checked anyway and says nothing about who asks.`;
    if (pattern === '' || pattern.length > MAX_TEXT) return `The claim "${name}" needs 1 to ${MAX_TEXT} characters.`;
    if (segments(pattern).some((segment) => segment.split('*').length > 2)) {
      return `The claim "${name}" has more than one * in a segment; segments end at / and at a colon.`;
    }
  }
  if (entries.every(([, pattern]) => segments(pattern).every((segment) => segment === '*'))) {
    return 'A rule of nothing but * accepts every token of the issuer.';
  }
  return null;
}

/** True when every pattern matches its claim. Claims that are no text, number or boolean match nothing. */
export function claimsMatch(patterns: ClaimPatterns, claims: JsonObject): boolean {
  const entries = Object.entries(patterns);
  return (
    entries.length > 0 &&
    entries.every(([name, pattern]) => {
      const text = Object.hasOwn(claims, name) ? textOf(claims[name]) : null;
      return text !== null && textMatches(pattern, text);
    })
  );
}

/**
 * Segment by segment: `*` stands for one or more characters and never for a separator. Were it to cross a colon, the name of a
 * deployment environment could carry `:ref:refs/heads/main` into a subject that is not on that branch.
 */
export function textMatches(pattern: string, text: string): boolean {
  const wanted = pattern.split(/([/:])/);
  const given = text.split(/([/:])/);
  return (
    wanted.length === given.length && wanted.every((segment, index) => segmentMatches(segment, given[index] ?? ''))
  );
}

function segmentMatches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const before = pattern.slice(0, star);
  const behind = pattern.slice(star + 1);
  return text.length > before.length + behind.length && text.startsWith(before) && text.endsWith(behind);
}

const segments = (pattern: string): string[] => pattern.split(/[/:]/);

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
