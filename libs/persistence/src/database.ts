import type { DefaultScope } from './organization-scope.js';

/**
 * How to reach PostgreSQL: `poolMax` connections at most per process (default 10). `scope` is what sessions may touch
 * when no organization was entered: everything (`system`, the default) or nothing (`request`).
 */
export type DatabaseConfig = { url: string; poolMax?: number; scope?: DefaultScope };

/** Nest token of the {@link DatabaseConfig} in use. */
export const DATABASE_CONFIG = Symbol('DATABASE_CONFIG');
