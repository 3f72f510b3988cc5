import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  GUARD_NAMES,
  type GuardName,
  HOLDS,
  LIFECYCLE_STATES,
  LISTED_TRANSITIONS,
  registryStatus,
  TRANSITIONS,
  type TransitionRule,
} from './index.js';

const PAGE = new URL('../../../docs/reference/lifecycle.md', import.meta.url);

/** What each guard asks, in one sentence for somebody who reads its name for the first time. */
const MEANING: Record<GuardName, string> = {
  contract_known: 'An inspection saw what the version offers, or it was imported from a description.',
  check_concluded: 'A check on exactly this contract came to a conclusion, whichever it was.',
  version_number_fits:
    'The version number is high enough for the change; under `semver: warn` the check says so and the guard is met.',
  contact_present: 'The server names a contact or runbook.',
  four_eyes: 'The reviewer did not publish the version.',
  unauthenticated_access_refused:
    'A call without credentials was seen to be refused, or the policy allows an open door. Exceptions may be written.',
  no_lint_errors: 'The check found no lint finding of severity error. Exceptions may be written.',
  transport_allowed:
    'Every transport of manifest, endpoints and inspection is allowed by the policy. Exceptions may be written.',
  surface_within_budget: 'The tools fit the budget of the policy. Exceptions may be written.',
  destructive_tools_ruled: 'The reviewer ruled on every destructive tool.',
  approvals_complete:
    'As many distinct reviewers approved this contract as the policy asks for; whoever takes the step is one.',
  staging_inspection_fresh: 'A healthy inspection in staging within 24 hours saw the approved contract.',
  expectations_kept:
    'Against the newest live version, nothing that a consumer declared or calls breaks, or every such change is approved for this version; met as well where no version is live.',
  golden_calls_pass:
    'The newest run of the declared example calls in staging saw the approved contract, and every call gave what was expected.',
  slo_set: 'The server has a service level objective.',
  conformance_passes:
    'Every scenario of the protocol suite that the policy insists on passed in staging; met where it insists on none.',
  first_active_or_safe:
    'No version of the server is live, or the change against the live one is safe, and the policy allows it.',
  rollout_complete: 'The canary went all the way, or could have been skipped.',
  successor_declared:
    'A successor that gateways serve, not this version and not leading back to it; or the statement that there is none.',
  tool_mapping_fits: 'Old names are tools of this version, new names are tools of the successor.',
  sunset_window: 'The sunset is at least the policy’s minimum away.',
  consumers_notified: 'Somebody is in the team of every agent that may call the version.',
  before_sunset: 'The sunset has not passed.',
  sunset_passed: 'The sunset has passed.',
  drained:
    'No call in the drain window, and every production gateway with a policy has reported within the hour; met as well where no such gateway exists.',
  no_expectations: 'No agent declares a need that only this version of the live ones meets.',
  remote_url_unique: 'No other server names the same address.',
  not_held: 'The version is not quarantined.',
  held: 'The version is quarantined.',
  lifted_by_person: 'A person asks; programs may set a hold, and never lift one.',
};

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;
const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

function steps(rules: readonly TransitionRule[]): string[] {
  return [
    row('from', 'to', 'action', 'guards, all must be met', 'reason needed', 'override'),
    '|---|---|---|---|---|---|',
    ...rules.map((rule) =>
      row(
        rule.from,
        rule.to,
        `\`${rule.action}\``,
        code(rule.guards),
        rule.reasonRequired ? 'yes' : '',
        rule.overridable ? 'administrators' : '',
      ),
    ),
  ];
}

function lifecyclePage(): string {
  const lines = [
    '# Lifecycle',
    '',
    'Generated from `libs/lifecycle` by `npm run docs`.',
    'What is not in these tables does not happen. A guard is met, unmet or unknown; only met lets a step pass.',
    '',
    '## Governed versions',
    '',
    ...steps(TRANSITIONS),
    '',
    '## Listed versions',
    '',
    'In the catalogue only; no gateway serves them. Their publishers set the status through the registry API.',
    '',
    ...steps(LISTED_TRANSITIONS),
    '',
    '## Holds',
    '',
    'Beside the state, on both tracks, each with a reason.',
    '',
    row('hold', 'action', 'guards'),
    '|---|---|---|',
    ...HOLDS.map((rule) => row(rule.hold, `\`${rule.action}\``, code(rule.guards))),
    '',
    '## Guards',
    '',
    row('guard', 'asks'),
    '|---|---|',
    ...GUARD_NAMES.map((guard) => row(`\`${guard}\``, MEANING[guard])),
    '',
    '## Status in the registry API',
    '',
    row('state', 'status'),
    '|---|---|',
    ...LIFECYCLE_STATES.map((state) => row(state, registryStatus(state, false) ?? 'absent')),
    '',
  ];
  return lines.join('\n');
}

describe('the page of the lifecycle', () => {
  it('shows what the tables say; `npm run docs` writes it anew', () => {
    const page = lifecyclePage();
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
