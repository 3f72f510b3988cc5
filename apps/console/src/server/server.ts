import type {
  ConsoleContractQuery,
  ConsoleEvidenceQuery,
  ConsoleHealthQuery,
  ConsoleServerQuery,
  ConsoleTransitionsQuery,
} from '@rollcall/schema';
import type { Change } from '../live/live-changes.js';

/** Whether something happened to this version. */
export const isAbout =
  (address: { server: string; version: string }) =>
  ({ version }: Change): boolean =>
    version.server.name === address.server && version.version === address.version;

/** What the server screen knows of a server, and of its versions. */
export type ServerEntity = NonNullable<ConsoleServerQuery['server']>;
export type VersionRow = ServerEntity['versions'][number];

/** The contract tab. */
export type VersionContract = NonNullable<ConsoleContractQuery['version']>;
export type ContractTool = NonNullable<VersionContract['contract']>['tools'][number];

/** The transitions tab. */
export type TransitionRow = NonNullable<ConsoleTransitionsQuery['version']>['transitions'][number];

/** The health tab. */
export type EndpointRow = NonNullable<ConsoleHealthQuery['version']>['endpoints'][number];

/** The tab of inspections and checks. */
type Evidence = NonNullable<ConsoleEvidenceQuery['version']>;
export type InspectionRow = Evidence['inspections'][number];
export type CheckRow = Evidence['checks'][number];
export type ChangeRow = NonNullable<CheckRow['comparison']>['changes'][number];
