/** How to reach PostgreSQL: `poolMax` connections at most per process (default 10). */
export type DatabaseConfig = { url: string; poolMax?: number };

/** Nest token of the {@link DatabaseConfig} in use. */
export const DATABASE_CONFIG = Symbol('DATABASE_CONFIG');
