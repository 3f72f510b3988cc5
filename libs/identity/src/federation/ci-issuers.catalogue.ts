import type { ClaimPatterns } from './claim-match.js';

/** A claim that says whose repository or project it is. `owner`: the part of the text that must be literal, from its start. */
type Pin = { claim: string; literal: RegExp };

const EXACT = /^[^*]+$/;
/** `owner/...`, the owner without a star: a name that merely begins alike can be registered by anybody. */
const OWNER_FIRST = /^[^*/:]+\/.+$/;

/**
 * Issuers that sign for everybody who opens an account there. A rule must pin whose repository or project it means, or a
 * stranger's pipeline matches it: branch, workflow and environment names are free for all to choose.
 */
const SHARED_ISSUERS: readonly { host: RegExp; name: string; pins: readonly Pin[] }[] = [
  {
    host: /^token\.actions\.githubusercontent\.com$/,
    name: 'GitHub Actions',
    pins: [
      { claim: 'repository', literal: OWNER_FIRST },
      { claim: 'repository_id', literal: EXACT },
      { claim: 'repository_owner', literal: EXACT },
      { claim: 'repository_owner_id', literal: EXACT },
      { claim: 'sub', literal: /^repo:[^*/:]+\/.+$/ },
    ],
  },
  {
    host: /^gitlab\.com$/,
    name: 'GitLab.com',
    pins: [
      { claim: 'project_path', literal: OWNER_FIRST },
      { claim: 'project_id', literal: EXACT },
      { claim: 'namespace_path', literal: /^[^*/:]+(\/.+)?$/ },
      { claim: 'namespace_id', literal: EXACT },
      { claim: 'sub', literal: /^project_path:[^*/:]+\/.+$/ },
    ],
  },
  {
    host: /^agent\.buildkite\.com$/,
    name: 'Buildkite',
    pins: [
      { claim: 'organization_slug', literal: EXACT },
      { claim: 'organization_id', literal: EXACT },
      { claim: 'sub', literal: /^organization:[^*/:]+:.+$/ },
    ],
  },
  {
    host: /^accounts\.google\.com$/,
    name: 'Google',
    pins: [
      { claim: 'sub', literal: EXACT },
      { claim: 'email', literal: EXACT },
    ],
  },
];

/** Why a rule of this issuer would let strangers in, in one sentence; null when it pins somebody or the issuer is not shared. */
export function unpinnedProblem(issuer: string, claims: ClaimPatterns): string | null {
  const host = URL.canParse(issuer) ? new URL(issuer).hostname.replace(/\.$/, '') : '';
  const shared = SHARED_ISSUERS.find((one) => one.host.test(host));
  if (!shared || shared.pins.some(({ claim, literal }) => literal.test(claims[claim] ?? ''))) return null;
  const claimNames = [...new Set(shared.pins.map((pin) => pin.claim))].join(', ');
  return `${shared.name} signs tokens for everybody: the rule must pin whose they are, by one of ${claimNames}, with the owner spelled out.`;
}
