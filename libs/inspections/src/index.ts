export type { InspectionPurpose } from './inspection.messages.js';
export { InspectionService } from './inspection.service.js';
export { InspectionPolicy, type Launcher, resolveTarget, type StoredEndpoint } from './inspection-target.js';
export { INSPECTION_FINISHED, INSPECTION_REQUESTED } from './inspections.events.js';
export { InspectionsModule } from './inspections.module.js';
export { InspectionReadModel } from './inspections.read-model.prisma.js';
