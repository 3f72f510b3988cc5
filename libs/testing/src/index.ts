export * from './database/index.js';
export * from './mcp-servers/index.js';
export * from './seed/index.js';
