/** What the driver adapter reports below a Prisma error: a PostgreSQL code and, for constraints, their name or fields. */
type DriverCause = {
  originalCode?: unknown;
  originalMessage?: unknown;
  code?: unknown;
  message?: unknown;
  constraint?: unknown;
};

const RETRYABLE = new Set(['40001', '40P01', 'P2034']);

/** True for serialization failures and deadlocks: the same transaction may succeed when run again. */
export function isRetryable(error: unknown): boolean {
  return codesOf(error).some((code) => RETRYABLE.has(code)) || /TransactionWriteConflict/.test(causeKind(error));
}

/** True when `error` is the violation of the unique (or primary key, or exclusion) constraint or index of that name. */
export function isUniqueViolation(error: unknown, constraintName: string): boolean {
  const unique = codesOf(error).some((code) => code === '23505' || code === '23P01' || code === 'P2002');
  return unique && constraintNames(error).includes(constraintName);
}

function chain(error: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && found.length < 12) {
    const next = queue.shift();
    if (typeof next !== 'object' || next === null || found.includes(next as Record<string, unknown>)) continue;
    const object = next as Record<string, unknown>;
    found.push(object);
    queue.push(object['cause'], object['meta'], object['driverAdapterError']);
  }
  return found;
}

function codesOf(error: unknown): string[] {
  return chain(error)
    .flatMap((part: DriverCause) => [part.code, part.originalCode])
    .filter((code) => typeof code === 'string');
}

function causeKind(error: unknown): string {
  return chain(error)
    .map((part) => part['kind'])
    .filter((kind) => typeof kind === 'string')
    .join(' ');
}

/** The name PostgreSQL gives: as a property where the driver kept it, else quoted in its message. */
function constraintNames(error: unknown): string[] {
  return chain(error).flatMap((part: DriverCause) => {
    const quoted = [part.originalMessage, part.message]
      .filter((text) => typeof text === 'string')
      .flatMap((text) => [...text.matchAll(/constraint "([^"]+)"/g)].map((match) => match[1]));
    return [part.constraint, indexOf(part.constraint), ...quoted].filter((name) => typeof name === 'string');
  });
}

function indexOf(constraint: unknown): unknown {
  return typeof constraint === 'object' && constraint !== null && 'index' in constraint ? constraint.index : undefined;
}
