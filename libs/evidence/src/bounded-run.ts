import { createContext, Script } from 'node:vm';

const ENTRY = new Script('run()');

/**
 * Runs synchronous code that works on data of a stranger, such as a schema with patterns, and stops it after so many
 * milliseconds, wherever it is. Returns null then; what `run` throws is thrown.
 */
export function withinTime<T>(limitMs: number, run: () => T): { value: T } | null {
  const context = createContext({ run });
  try {
    return { value: ENTRY.runInContext(context, { timeout: limitMs }) as T };
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}
