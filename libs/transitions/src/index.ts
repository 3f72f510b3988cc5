export { HoldService } from './hold.service.js';
export type { StoredDeprecation, SuccessorInput, TransitionInput } from './transition.js';
export { type GateReport, TransitionService } from './transition.service.js';
export { VERSION_TRANSITIONED } from './transitions.events.js';
export { TransitionsModule } from './transitions.module.js';
