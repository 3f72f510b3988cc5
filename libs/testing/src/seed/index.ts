export { type ControlPlane, type ControlPlaneOptions, NOON, openControlPlane } from './control-plane.js';
export { contractOf, manifestOf, STRICTER_GREET_TOOL, WIPE_TOOL } from './documents.js';
export { type FleetSeed, fleetServerName, seedFleet } from './fleet.seed.js';
export type { PersonSeed, PublicationSeed } from './person.seed.js';
export { ProbeWorld } from './probe-world.seed.js';
export { type OrganizationSeed, seed, type TeamSeed } from './seed.js';
export type { ServerVersionSeed, SightingSeed } from './version.seed.js';
export type { World } from './world.js';
