import type { RegistryStatus } from '@rollcall/lifecycle';
import { type ApprovedSet, shownServers, statusOf } from './approved-set.js';

/** One line of the registry API's list, as far as outputs must agree with it. */
export type RegistryLine = { name: string; version: string; status: RegistryStatus };

/** What the registry API v0.1 lists without deleted versions: (name, version) in byte order. */
export function registryView(set: ApprovedSet): RegistryLine[] {
  return shownServers(set).flatMap((server) =>
    server.versions
      .flatMap((one) => {
        const status = statusOf(one);
        return status === null || status === 'deleted' ? [] : [{ name: server.name, version: one.version, status }];
      })
      .sort((a, b) => (a.version < b.version ? -1 : 1)),
  );
}
