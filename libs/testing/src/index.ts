export * from './database/index.js';
export * from './mcp-servers/index.js';
export * from './network/index.js';
export * from './oidc/index.js';
export * from './seed/index.js';
