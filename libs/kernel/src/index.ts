export * from './clock.js';
export * from './context.js';
export * from './cursor.js';
export * from './ids.js';
export * from './json.js';
export * from './outcome.js';
