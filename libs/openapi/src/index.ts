export { importOpenApi, MAX_OPERATIONS, type OpenApiDraft } from './import-openapi.js';
export type { OpenApiIssue } from './openapi-document.js';
export type { Method, OperationTool } from './operation-tool.js';
