import { approvalRuleFor } from '@rollcall/policy';
import type { Evidence } from './evidence.js';
import { type Finding, type GuardName, met, unknown, unmet } from './guard-report.js';

/** Something says what the version offers. */
export function contractKnown({ contractDigest }: Evidence): Finding {
  if (contractDigest === null) return unknown('No contract of this version has been observed or imported.');
  return met(`The contract is ${contractDigest}.`, { contractDigest });
}

/** A check on exactly this contract came to a conclusion, whichever it was. */
export function checkConcluded({ concludedCheck, contractDigest }: Evidence): Finding {
  if (concludedCheck === null) return unknown('No check of this version has concluded.');
  const { id, conclusion, at } = concludedCheck;
  const evidence = { checkId: id, conclusion, at, checkedDigest: concludedCheck.contractDigest, contractDigest };
  if (contractDigest === null || concludedCheck.contractDigest === null) {
    return unknown(`Check ${id} concluded, but which contract it looked at is not known.`, evidence);
  }
  if (concludedCheck.contractDigest !== contractDigest) {
    return unmet(`Check ${id} looked at another contract than the one of this version.`, evidence);
  }
  return met(`Check ${id} concluded "${conclusion}" on this contract.`, evidence);
}

/** The version number says what the change does: a gate at publish alone could be passed by bringing no contract. */
export function versionNumberFits({ versionNumber }: Evidence): Finding {
  if (versionNumber === null) return unknown('No check has compared the version number with the change.');
  const { allowed, message, checkId } = versionNumber;
  return allowed ? met(message, { checkId }) : unmet(message, { checkId });
}

/** Somebody can be reached. */
export function contactPresent({ contact }: Evidence): Finding {
  // Our own record: nothing written down is known to be nothing.
  if (contact === null || contact.trim() === '') return unmet('The version names no contact or runbook.');
  return met('The version names a contact or runbook.', { contact });
}

/** Nobody approves what they published. */
export function fourEyes({ publisherId, actorId }: Evidence): Finding {
  if (publisherId === null || actorId === null)
    return unknown('Who published or who reviews the version is not known.');
  const evidence = { publisherId, actorId };
  if (publisherId === actorId)
    return unmet('The reviewer published this version; somebody else has to review it.', evidence);
  return met('The reviewer is not the publisher.', evidence);
}

/** What was seen at the door is something the organization allows; or a written, unexpired exception; or nothing listens. */
export function unauthenticatedAccessRefused(evidence: Evidence): Finding {
  const { transport, unauthenticatedAccess: seen, policy } = evidence;
  if (transport === 'stdio') return met('A stdio server listens on no network.', { transport });
  const auth = seen === null ? null : seen.refused ? 'credentials' : 'none';
  if (seen !== null && auth !== null && policy.allowedAuthKinds.includes(auth)) {
    const saw = seen.refused ? 'refused, as it has to be' : 'answered, which the organization allows';
    return met(`Inspection ${seen.inspectionId} saw a call without credentials ${saw}.`, { ...seen });
  }
  const excepted = exceptionFrom(evidence, 'unauthenticated_access_refused');
  if (excepted !== null) return excepted;
  if (seen === null) return unknown('No inspection has tried a call without credentials.');
  if (seen.refused) return unmet('The organization allows only servers that need no credentials.', { ...seen });
  return unmet(`Inspection ${seen.inspectionId} got an answer without credentials.`, { ...seen });
}

/** Met by a written exception that has not expired, whatever was seen; null without one. */
function exceptionFrom({ exceptions, now }: Evidence, guard: GuardName): Finding | null {
  const [holds] = exceptions.filter((one) => one.guard === guard && Date.parse(now) < Date.parse(one.expiresAt));
  return holds ? met(`Exception ${holds.id} holds until ${holds.expiresAt}: ${holds.reason}`, { ...holds }) : null;
}

/** The check on this contract found no lint error, or somebody wrote why the server may have them. */
export function noLintErrors(evidence: Evidence): Finding {
  const { concludedCheck, contractDigest } = evidence;
  if (concludedCheck === null || contractDigest === null || concludedCheck.contractDigest !== contractDigest) {
    return unknown('No concluded check has linted this contract.');
  }
  const { id, lintErrors } = concludedCheck;
  if (lintErrors === 0) return met(`Check ${id} found no lint finding of severity error.`, { checkId: id, lintErrors });
  const excepted = exceptionFrom(evidence, 'no_lint_errors');
  if (excepted !== null) return { ...excepted, evidence: { ...excepted.evidence, checkId: id, lintErrors } };
  return unmet(`Check ${id} found ${lintErrors} lint findings of severity error.`, { checkId: id, lintErrors });
}

/** Every way in is one the organization allows. */
export function transportAllowed(evidence: Evidence): Finding {
  const { transports, policy } = evidence;
  if (transports === null || transports.length === 0) return unknown('How the server is reached is not known.');
  const allowed: readonly string[] = policy.allowedTransports;
  const refused = transports.filter((one) => !allowed.includes(one));
  const seen = { transports, allowed: [...allowed] };
  if (refused.length === 0) return met(`Reached over ${transports.join(', ')}, which is allowed.`, seen);
  const excepted = exceptionFrom(evidence, 'transport_allowed');
  return excepted ?? unmet(`The organization does not allow ${refused.join(', ')}.`, { ...seen, refused });
}

/** The server does not fill the context of the agents that see it. */
export function surfaceWithinBudget(evidence: Evidence): Finding {
  const { surface, policy } = evidence;
  if (surface === null) return unknown('What the server offers is not known.');
  const { maxTools, maxEstimatedTokens } = policy.surfaceBudget;
  const seen = { ...surface, maxTools, maxEstimatedTokens };
  const over = [
    maxTools !== null && surface.tools > maxTools ? `${surface.tools} tools, at most ${maxTools} are allowed` : null,
    maxEstimatedTokens !== null && surface.estimatedTokens > maxEstimatedTokens
      ? `about ${surface.estimatedTokens} tokens of definitions, at most ${maxEstimatedTokens} are allowed`
      : null,
  ].filter((part) => part !== null);
  if (over.length === 0) return met(`${surface.tools} tools, about ${surface.estimatedTokens} tokens.`, seen);
  return exceptionFrom(evidence, 'surface_within_budget') ?? unmet(`Over budget: ${over.join('; ')}.`, seen);
}

/** As many people as the organization asks for approved this contract; whoever takes the step is one of them. */
export function approvalsComplete({ approvals, criticality, policy, actorId, publisherId }: Evidence): Finding {
  if (approvals === null || criticality === null) return unknown('Who approved this contract is not known.');
  const required = policy.requiredApprovals[criticality];
  const reviewers = new Set([...approvals.map((one) => one.reviewerId), ...(actorId === null ? [] : [actorId])]);
  if (publisherId !== null) reviewers.delete(publisherId);
  const evidence = { required, given: reviewers.size, criticality, approvals };
  if (reviewers.size >= required) return met(`${reviewers.size} of ${required} approvals.`, evidence);
  return unmet(
    `${reviewers.size} of ${required} approvals that a server of criticality ${criticality} needs.`,
    evidence,
  );
}

/** For each tool that may destroy something, a reviewer said whether a call needs a person. */
export function destructiveToolsRuled({ destructiveTools, approvalRules }: Evidence): Finding {
  if (destructiveTools === null) return unknown('Which tools may destroy something is not known.');
  const unruled = destructiveTools.filter((tool) => approvalRuleFor(approvalRules, tool) === null);
  const evidence = { destructiveTools, unruled };
  if (unruled.length > 0) return unmet(`No approval rule for: ${unruled.join(', ')}.`, evidence);
  return met(`All ${destructiveTools.length} destructive tools have an approval rule.`, evidence);
}
