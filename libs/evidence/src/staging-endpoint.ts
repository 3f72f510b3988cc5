import { type StoredEndpoint } from '@rollcall/inspections';
import { noStagingEndpoint, notStaging } from './evidence.errors.js';

type Environment = { id: string; name: string; kind: string };
type Endpoint = StoredEndpoint & { environmentId: string };

/**
 * Where evidence is gathered: the named environment, which must be of the kind staging, else the last such environment
 * before production in which the version has an endpoint.
 */
export function stagingFor(
  place: { environments: readonly Environment[]; endpoints: readonly Endpoint[] },
  named: Environment | null,
): Environment {
  if (named && named.kind !== 'staging') throw notStaging(named.name);
  const candidates = named ? [named] : place.environments.filter(({ kind }) => kind === 'staging');
  const found = candidates.findLast(({ id }) => place.endpoints.some((one) => one.environmentId === id));
  if (!found) throw noStagingEndpoint();
  return found;
}
