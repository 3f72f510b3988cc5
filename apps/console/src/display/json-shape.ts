/** Narrowing for opaque JSON of the protocol: nothing is assumed about it. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value when it is a JSON object, else null. */
export const recordOf = (value: unknown): JsonRecord | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;

/** The value when it is an array, else an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value when it is a string, else null. */
export const stringOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** True for null, an empty object and an empty array. */
export const isEmptyJson = (value: unknown): boolean =>
  value === null || value === undefined || Object.keys(Object(value)).length === 0;
