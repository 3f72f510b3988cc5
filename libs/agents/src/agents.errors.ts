import { Refusal } from '@rollcall/kernel';

export function agentTaken(slug: string): Refusal {
  return new Refusal({
    code: 'AGENT_EXISTS',
    message: `There is already an agent "${slug}".`,
    nextStep: 'Choose another slug, or use the agent that is there.',
    path: ['slug'],
  });
}

export function agentInvalid(slug: string): Refusal {
  return new Refusal({
    code: 'AGENT_INVALID',
    message: `"${slug}" cannot be an agent's slug.`,
    nextStep: 'Use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit.',
    path: ['slug'],
  });
}

export function noActiveVersion(server: string): Refusal {
  return new Refusal({
    code: 'NO_ACTIVE_VERSION',
    message: `${server} has no active version, so there is no compatible range to grant.`,
    nextStep: 'Name the versions yourself, for example --versions ^1.0.0, or activate one first.',
    path: ['versions'],
  });
}

export function versionsInvalid(versions: string): Refusal {
  return new Refusal({
    code: 'VERSIONS_INVALID',
    message: `"${versions}" is neither a semver range nor a version of this server.`,
    nextStep: 'Use a range such as ^1.0.0 or one exact version.',
    path: ['versions'],
  });
}

/** A grant of a tool that no version offers would silently allow nothing: refused while it can still be corrected. */
export function toolUnknown(tool: string, known: readonly string[]): Refusal {
  return new Refusal({
    code: 'TOOL_UNKNOWN',
    message: `No version in that range offers the tool "${tool}".`,
    nextStep: known.length > 0 ? `Choose from: ${known.slice(0, 20).join(', ')}.` : 'Have the version inspected first.',
    path: ['tools'],
  });
}
