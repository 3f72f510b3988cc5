/** Largest accepted envelope in bytes, by kind; the bundle's may be lowered by a reader's configuration. */
export const MAX_BYTES = { root: 64 * 1024, timestamp: 16 * 1024, bundle: 64 * 1024 * 1024 } as const;

/** How far in the future a document may claim to be issued before its reader distrusts the clocks. */
export const CLOCK_SKEW_MS = 60_000;

/** Most root files one walk follows. */
export const MAX_ROOT_CHAIN = 256;
