import { type JsonObject, Refusal } from '@rollcall/kernel';

/** The document is not a valid server.json; every problem is in `details.issues`. */
export function manifestInvalid(issues: { path: string; message: string }[]): Refusal {
  const first = issues[0];
  return new Refusal({
    code: 'MANIFEST_INVALID',
    message: `The manifest is not a valid server.json: ${first?.path ?? ''} ${first?.message ?? ''}`.trim(),
    nextStep: 'Correct every issue listed in details.issues and publish again.',
    path: ['manifest'],
    details: { issues } as JsonObject,
  });
}

/** Nobody of the caller's teams owns the namespace; the answer is the same when it does not exist. */
export function namespaceNotOwned(namespace: string, held: readonly string[] = []): Refusal {
  const yours = held.length > 0 ? ` You may publish to: ${held.map((one) => `${one}/*`).join(', ')}.` : '';
  return new Refusal({
    code: 'NAMESPACE_NOT_OWNED',
    message: `No team of yours owns the namespace "${namespace}".${yours}`,
    nextStep: `Ask an administrator to run: rollcall namespaces claim ${namespace} --team TEAM`,
    path: ['manifest', 'name'],
  });
}

export function namespaceTaken(namespace: string): Refusal {
  return new Refusal({
    code: 'NAMESPACE_TAKEN',
    message: `The namespace "${namespace}" already belongs to another team.`,
    nextStep: 'Choose another namespace, or ask its owner to publish for you.',
    path: ['name'],
  });
}

export function namespaceInvalid(namespace: string): Refusal {
  return new Refusal({
    code: 'NAMESPACE_INVALID',
    message: `"${namespace}" is not a reverse-DNS namespace.`,
    nextStep: 'Use letters, digits, dots and hyphens with at least one dot, for example com.acme.payments.',
    path: ['name'],
  });
}

/** A published version is immutable: the same number with other content needs a new number. */
export function versionConflict(server: string, version: string): Refusal {
  return new Refusal({
    code: 'VERSION_CONFLICT',
    message: `${server} ${version} was published with another manifest: cannot publish duplicate version, because a published one never changes.`,
    nextStep: 'Raise "version" in server.json and publish again.',
    path: ['manifest', 'version'],
  });
}

export function tooManyVersions(server: string, cap: number): Refusal {
  return new Refusal({
    code: 'TOO_MANY_VERSIONS',
    message: `${server} already has ${cap} versions.`,
    nextStep: 'Publish under a new server name.',
  });
}

/** A client that compares addresses would take one server for the other. */
export function remoteTaken(url: string, server: string): Refusal {
  return new Refusal({
    code: 'REMOTE_TAKEN',
    message: `The remote URL ${url} is already used by the server ${server}.`,
    nextStep: 'Publish under that name, or give this server an address of its own.',
    path: ['manifest', 'remotes'],
  });
}

export function aliasTaken(alias: string): Refusal {
  return new Refusal({
    code: 'ALIAS_TAKEN',
    message: `Another server already uses the alias "${alias}"; it prefixes tool names and must be unique.`,
    nextStep: 'Choose another alias with --alias.',
    path: ['alias'],
  });
}

export function aliasInvalid(alias: string): Refusal {
  return new Refusal({
    code: 'ALIAS_INVALID',
    message: `"${alias}" cannot be an alias.`,
    nextStep: 'Use 1 to 32 lower-case letters, digits and hyphens, starting with a letter or digit.',
    path: ['alias'],
  });
}

export function endpointInvalid(message: string): Refusal {
  return new Refusal({
    code: 'ENDPOINT_INVALID',
    message,
    nextStep:
      'Give an absolute http(s) URL for streamable_http, a ws(s) URL for websocket, or the name of a launcher for stdio, and not both.',
  });
}

/** Nothing is published under a name that the server no longer goes by. */
export function serverRenamed(server: string, name: string): Refusal {
  return new Refusal({
    code: 'SERVER_RENAMED',
    message: `${server} goes on as ${name}.`,
    nextStep: `Change "name" in server.json to ${name} and publish again.`,
    path: ['manifest', 'name'],
    details: { renamedTo: name },
  });
}

export function environmentInvalid(name: string): Refusal {
  return new Refusal({
    code: 'ENVIRONMENT_INVALID',
    message: `"${name.slice(0, 80)}" cannot be the name of an environment.`,
    nextStep: 'Use 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.',
    path: ['name'],
  });
}

/** What an environment is for never changes: bundles and inspections were made for it. */
export function environmentTaken(name: string, kind: string): Refusal {
  return new Refusal({
    code: 'ENVIRONMENT_TAKEN',
    message: `There is an environment "${name}" already, of kind ${kind}.`,
    nextStep: 'Choose another name.',
    path: ['name'],
  });
}

export function tooManyEnvironments(cap: number): Refusal {
  return new Refusal({
    code: 'TOO_MANY_ENVIRONMENTS',
    message: `An organization has at most ${cap} environments.`,
    nextStep: 'Use one of those there are.',
  });
}
