export { ApprovalService, type ReviewOutcome } from './approval.service.js';
export { type BreakGlassInput, BreakGlassService } from './break-glass.service.js';
export { HoldService } from './hold.service.js';
export { type RegistryStatusInput, StatusService } from './status.service.js';
export { SunsetService, type Sweep } from './sunset.service.js';
export { type Surface, SurfaceReadModel, transportsOf } from './surface.read-model.prisma.js';
export type { StoredDeprecation, SuccessorInput, TransitionInput } from './transition.js';
export { type GateQuestion, type GateReport, TransitionService } from './transition.service.js';
export {
  BREAK_GLASS_REQUESTED,
  SUNSET_APPROACHING,
  SUNSET_REACHED,
  VERSION_APPROVED,
  VERSION_QUARANTINED,
  VERSION_RELEASED,
  VERSION_TRANSITIONED,
} from './transitions.events.js';
export { TransitionsModule } from './transitions.module.js';
