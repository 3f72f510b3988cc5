import { approvalRuleFor } from '@rollcall/policy';
import type { Evidence } from './evidence.js';
import { type Finding, met, unknown, unmet } from './guard-report.js';

/** Something says what the version offers. */
export function contractKnown({ contractDigest }: Evidence): Finding {
  if (contractDigest === null) return unknown('No contract of this version has been observed or handed in.');
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

/** A call without credentials was seen to be refused; or a written, unexpired exception; or nothing listens at all. */
export function unauthenticatedAccessRefused(evidence: Evidence): Finding {
  const { transport, unauthenticatedAccess: seen } = evidence;
  if (transport === 'stdio') return met('A stdio server listens on no network.', { transport });
  if (seen?.refused === true) {
    return met(`Inspection ${seen.inspectionId} saw a call without credentials refused.`, { ...seen });
  }
  const exception = findException(evidence);
  if (exception !== null) return met(`Exception ${exception.id} holds until ${exception.expiresAt}.`, { ...exception });
  if (seen === null) return unknown('No inspection has tried a call without credentials.');
  return unmet(`Inspection ${seen.inspectionId} got an answer without credentials.`, { ...seen });
}

function findException({ exceptions, now }: Evidence): Evidence['exceptions'][number] | null {
  const holds = exceptions.filter(
    ({ guard, expiresAt }) => guard === 'unauthenticated_access_refused' && Date.parse(now) < Date.parse(expiresAt),
  );
  return holds[0] ?? null;
}

/** The check on this contract found no lint error. */
export function noLintErrors({ concludedCheck, contractDigest }: Evidence): Finding {
  if (concludedCheck === null || contractDigest === null || concludedCheck.contractDigest !== contractDigest) {
    return unknown('No concluded check has linted this contract.');
  }
  const { id, lintErrors } = concludedCheck;
  const evidence = { checkId: id, lintErrors };
  if (lintErrors > 0) return unmet(`Check ${id} found ${lintErrors} lint findings of severity error.`, evidence);
  return met(`Check ${id} found no lint finding of severity error.`, evidence);
}

/** For each tool that may destroy something, a reviewer said whether a call needs a person. */
export function destructiveToolsRuled({ destructiveTools, approvalRules }: Evidence): Finding {
  if (destructiveTools === null) return unknown('Which tools may destroy something is not known.');
  const unruled = destructiveTools.filter((tool) => approvalRuleFor(approvalRules, tool) === null);
  const evidence = { destructiveTools, unruled };
  if (unruled.length > 0) return unmet(`No approval rule for: ${unruled.join(', ')}.`, evidence);
  return met(`All ${destructiveTools.length} destructive tools have an approval rule.`, evidence);
}
