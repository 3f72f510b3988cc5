export { DRIFT_DETECTED, DRIFT_RESOLVED } from './drift.events.js';
export { type DriftKind, type DriftVerdict, judgeDrift, quarantines } from './drift.js';
export { DriftModule } from './drift.module.js';
export { DriftReadModel, type DriftWhere } from './drift.read-model.prisma.js';
export { DriftService, type Sighting } from './drift.service.js';
export { DriftDecisions } from './drift-decisions.service.js';
