export { ConformanceRunner } from './conformance.runner.js';
export { ConformanceService } from './conformance.service.js';
export { ConformanceKitLocation, findKit } from './conformance-kit.adapter.js';
export type { ConformanceCheck, ConformanceScenario } from './conformance-result.js';
export { SCENARIO_SETS } from './conformance-scenario.catalogue.js';
export {
  CONFORMANCE_FINISHED,
  CONFORMANCE_REQUESTED,
  GOLDEN_FINISHED,
  GOLDEN_REQUESTED,
} from './evidence.events.js';
export { EvidenceModule, EvidenceRunnersModule } from './evidence.module.js';
export { EvidenceReadModel } from './evidence.read-model.prisma.js';
export type { GoldenRunRow, GoldenSetRow } from './golden.records.prisma.js';
export { GoldenRunner } from './golden.runner.js';
export { GoldenService } from './golden.service.js';
export type { GoldenPermissionRow } from './golden-permission.records.prisma.js';
export { GoldenPermissionService, type PermissionInput } from './golden-permission.service.js';
export type { GoldenDocument } from './golden-set.js';
export { type Objective, objectiveText } from './objective.js';
export { type ObjectiveRow, ObjectiveService } from './objective.service.js';
export { ProvenReadModel } from './proven.read-model.prisma.js';
