import type { OrganizationPlan } from '@rollcall/access';
import { Refusal } from '@rollcall/kernel';

const ENVIRONMENTS: OrganizationPlan['environments'] = [
  { name: 'staging', kind: 'staging' },
  { name: 'production', kind: 'production' },
];

/** An organization with one administrator and nothing else. */
export const DEFAULT_PLAN: OrganizationPlan = {
  slug: 'default',
  name: 'Default organization',
  teams: [{ slug: 'platform', name: 'Platform' }],
  principals: [{ handle: 'admin', displayName: 'Administrator', kind: 'user', role: 'admin' }],
  environments: ENVIRONMENTS,
};

/** The people of the demo: a publisher, an owner, a reviewer who is neither, and somebody of another team. */
export const DEMO_PLAN: OrganizationPlan = {
  slug: 'acme',
  name: 'Acme',
  teams: [
    { slug: 'payments', name: 'Payments' },
    { slug: 'tools', name: 'Shared tools' },
    { slug: 'marketing', name: 'Marketing' },
  ],
  principals: [
    { handle: 'admin', displayName: 'Ada Admin', kind: 'user', role: 'admin' },
    { handle: 'owner', displayName: 'Olivia Owner', kind: 'user', team: 'payments', teamRole: 'maintainer' },
    { handle: 'reviewer', displayName: 'Riley Reviewer', kind: 'user', role: 'security_reviewer' },
    {
      handle: 'ci',
      displayName: 'Payments pipeline',
      kind: 'service_account',
      team: 'payments',
      teamRole: 'developer',
    },
    { handle: 'toni', displayName: 'Toni of Shared Tools', kind: 'user', team: 'tools', teamRole: 'maintainer' },
    { handle: 'outsider', displayName: 'Oscar of Marketing', kind: 'user', team: 'marketing', teamRole: 'maintainer' },
  ],
  environments: ENVIRONMENTS,
};

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** What the flags of the bootstrap ask for: the organization of this installation, or a further one. */
export function organizationPlan(flags: {
  demo: boolean;
  organization?: string | undefined;
  name?: string | undefined;
}): {
  plan: OrganizationPlan;
  further: boolean;
} {
  const { demo, organization: slug, name } = flags;
  if (slug === undefined) return { plan: demo ? DEMO_PLAN : DEFAULT_PLAN, further: false };
  if (demo || !SLUG.test(slug)) {
    throw new Refusal({
      code: 'INVALID_ORGANIZATION',
      message: demo ? 'The demo is an organization of its own.' : `"${slug}" is no slug of an organization.`,
      nextStep: 'Use --organization with a-z, 0-9 and -, without --demo.',
    });
  }
  return { plan: { ...DEFAULT_PLAN, slug, name: name ?? slug }, further: true };
}
