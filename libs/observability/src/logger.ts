import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { redact, redactText } from './redaction.js';

/** One JSON line per entry on stdout. Everything passes {@link redact}. */
export type Logger = PinoLogger;

/** `service` names the process (api, worker, gateway); `destination` is stdout unless given. */
export type LoggerOptions = { service: string; level: string; destination?: DestinationStream };

const request = new AsyncLocalStorage<{ requestId: string }>();

/** Everything logged inside `fn`, also after awaits, carries this request id. */
export function withRequestId<T>(requestId: string, fn: () => T): T {
  return request.run({ requestId }, fn);
}

/** The request id of the current {@link withRequestId}; undefined outside. */
export function currentRequestId(): string | undefined {
  return request.getStore()?.requestId;
}

/** A logger whose entries hold `level`, `time` (ISO 8601), `service`, `requestId` when there is one, and `msg`. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (entry: Record<string, unknown>) => redact(entry) as Record<string, unknown>,
    },
    // errors are made into plain objects by redact(); pino's own serializers would look for an Error afterwards
    serializers: { err: (value: unknown) => value },
    mixin: () => request.getStore() ?? {},
    hooks: {
      logMethod(this: PinoLogger, args: Parameters<PinoLogger['info']>, method: PinoLogger['info']) {
        method.apply(this, safeArguments(args));
      },
    },
  };
  return withSafeBindings(destination ? pino(options, destination) : pino(options));
}

/** pino writes the bindings of children past its formatters; children inherit these two methods. */
function withSafeBindings(logger: PinoLogger): PinoLogger {
  const { child, setBindings } = logger;
  logger.child = function (this: PinoLogger, bindings: object, options?: object) {
    return child.call(this, redact(bindings) as object, options);
  } as typeof logger.child;
  logger.setBindings = function (this: PinoLogger, bindings: object) {
    setBindings.call(this, redact(bindings) as object);
  };
  return logger;
}

/** Messages and their %s arguments are free text and may quote a header; a bare Error becomes `err`. */
function safeArguments(args: Parameters<PinoLogger['info']>): Parameters<PinoLogger['info']> {
  const [first, ...rest] = args as unknown[];
  const safe = rest.map((item) => (typeof item === 'string' ? redactText(item) : redact(item)));
  if (typeof first === 'string') return [redactText(first), ...safe] as Parameters<PinoLogger['info']>;
  if (!(first instanceof Error)) return [first, ...safe] as Parameters<PinoLogger['info']>;
  const message = safe.length > 0 ? safe : [redactText(first.message)];
  return [{ err: first }, ...message] as Parameters<PinoLogger['info']>;
}
