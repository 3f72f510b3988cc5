export { ImportService, type OpenApiImport, type OpenApiImportResult } from './import.service.js';
export { ImportsModule } from './imports.module.js';
