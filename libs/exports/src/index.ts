export { ExportService } from './export.service.js';
export { ExportsModule } from './exports.module.js';
