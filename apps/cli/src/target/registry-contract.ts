import {
  CliVersionContractDocument,
  CliVersionEndpointsDocument,
  type CliVersionEndpointsQuery,
} from '@rollcall/schema';
import type { ControlPlane } from '../connection/control-plane.js';
import { usage } from '../errors/failure.js';
import type { Target, VersionName } from './parse-target.js';

type RegistryTarget = Extract<Target, { kind: 'registry' | 'environment' }>;

/** The newest observed contract of a version, as the control plane keeps it. */
export async function registryContract(plane: ControlPlane, target: RegistryTarget): Promise<unknown> {
  const name = target.kind === 'registry' ? target : await liveVersion(plane, target);
  const { server, version } = name;
  const found = await plane.execute(CliVersionContractDocument, { ref: { byName: { server, version } } });
  if (found.version === null) throw missing(`There is no version ${server}@${version} that you can see.`);
  if (found.version.contract === null) {
    throw usage(
      `No contract of ${server}@${version} has been observed yet.`,
      'Publish it with --wait, or look at its inspections in the console.',
      'NO_CONTRACT',
    );
  }
  return found.version.contract.document;
}

/** States in which a version serves callers, by kind of environment, the one that counts first. */
const SERVING = {
  production: ['active', 'deprecated', 'canary'],
  staging: ['staging', 'canary', 'active', 'deprecated'],
} as const;

/** The version that callers of an environment get: the newest of the first serving state that has an endpoint there. */
export async function liveVersion(
  plane: ControlPlane,
  target: { server: string; environment: string },
): Promise<VersionName> {
  const { server } = await plane.execute(CliVersionEndpointsDocument, { ref: { byName: target.server } });
  if (server === null) throw missing(`There is no server "${target.server}" that you can see.`);
  const here = server.versions.flatMap((version) => {
    const environment = kindOf(version, target.environment);
    return environment === null ? [] : [{ version, states: SERVING[environment] as readonly string[] }];
  });
  const ranked = here
    .map(({ version, states }) => ({ version, rank: states.indexOf(version.state) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank);
  const [live] = ranked;
  if (live === undefined)
    throw missing(`No version of ${target.server} serves the environment "${target.environment}".`);
  return { server: target.server, version: live.version.version };
}

type VersionRow = NonNullable<CliVersionEndpointsQuery['server']>['versions'][number];

function kindOf(version: VersionRow, environment: string): 'staging' | 'production' | null {
  return version.endpoints.find((endpoint) => endpoint.environment.name === environment)?.environment.kind ?? null;
}

function missing(message: string) {
  return usage(message, 'Check the spelling; rollcall servers show NAME lists versions and endpoints.', 'NOT_FOUND');
}
