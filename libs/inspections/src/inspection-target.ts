import { Refusal } from '@rollcall/kernel';
import type { InspectionTarget, NetworkPolicy } from '@rollcall/mcp-client';

/**
 * What an operator has consented to, by name: a program to start, or the Unix socket of a server that runs already. The
 * registry knows names only, so a manifest can neither start anything nor reach into this machine.
 */
export type Launcher =
  | { command: string; args: string[]; env?: Record<string, string> }
  | { socketPath: string; path?: string };

/** What the process that inspects is allowed to do. Nest token. */
export class InspectionPolicy {
  constructor(
    readonly network: NetworkPolicy,
    readonly launchers: Readonly<Record<string, Launcher>>,
    readonly timeoutMs = 15_000,
  ) {}
}

/** Where a version can be reached, as stored. */
export type StoredEndpoint = { transport: string; url: string | null; launcher: string | null };

/**
 * Chooses what to connect to: the endpoint of the named environment, else the manifest's first streamable-http remote,
 * else any endpoint. Refuses with NO_TARGET or LAUNCHER_UNKNOWN.
 */
export function resolveTarget(
  source: { manifest: unknown; endpoints: readonly (StoredEndpoint & { environmentId: string })[] },
  environmentId: string | null,
  policy: InspectionPolicy,
): InspectionTarget {
  const named = source.endpoints.find((endpoint) => endpoint.environmentId === environmentId);
  if (named) return endpointTarget(named, policy);
  if (environmentId === null) {
    const remote = firstRemote(source.manifest);
    if (remote) return { transport: 'streamable-http', url: remote };
    const any = source.endpoints[0];
    if (any) return endpointTarget(any, policy);
  }
  throw new Refusal({
    code: 'NO_TARGET',
    message: 'There is nothing to connect to: no endpoint is set and the manifest has no streamable-http remote.',
    nextStep: 'Set one with: rollcall endpoints set NAME@VERSION --environment E --url URL',
  });
}

function endpointTarget(endpoint: StoredEndpoint, policy: InspectionPolicy): InspectionTarget {
  const { transport, url } = endpoint;
  if ((transport === 'streamable-http' || transport === 'websocket') && url) return { transport, url };
  const name = endpoint.launcher ?? '';
  const launcher = Object.hasOwn(policy.launchers, name) ? policy.launchers[name] : undefined;
  if (!launcher) {
    throw new Refusal({
      code: 'LAUNCHER_UNKNOWN',
      message: `This worker has no launcher "${name}"; programs are started only with an operator's consent.`,
      nextStep: 'Add it to the file named by ROLLCALL_STDIO_LAUNCHERS_FILE and restart the worker.',
    });
  }
  return 'socketPath' in launcher ? { transport: 'unix', ...launcher } : { transport: 'stdio', ...launcher };
}

function firstRemote(manifest: unknown): string | null {
  const remotes = (manifest as { remotes?: { type?: string; url?: string }[] }).remotes ?? [];
  return remotes.find((remote) => remote.type === 'streamable-http' && typeof remote.url === 'string')?.url ?? null;
}
