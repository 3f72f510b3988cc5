export { ApprovedSetReadModel } from './approved-set.read-model.prisma.js';
export { ExportService } from './export.service.js';
export { ExportsModule } from './exports.module.js';
