import type { LogLevel } from '@rollcall/config';
import { createLogger } from '@rollcall/observability';
import { pino } from 'pino';
import type { GatewayLog } from '../settings.js';

/** A log that is written in batches, and `flush` for the end of the process. */
export type BufferedLog = GatewayLog & { flush(): void };

const FLUSH_EVERY_MS = 200;
const BUFFER_BYTES = 8_192;

/**
 * Logs to stdout. Lines are buffered for at most 200 ms: one write per call would cost more than deciding it. A crash can
 * lose that window; an ordinary stop loses nothing.
 */
export function gatewayLog(level: LogLevel): BufferedLog {
  const destination = pino.destination({ fd: 1, sync: false, minLength: BUFFER_BYTES });
  const logger = createLogger({ service: 'gateway', level, destination });
  setInterval(() => destination.flush(), FLUSH_EVERY_MS).unref();
  return {
    audit: (fields) => logger.info(fields, 'tool call'),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush: () => {
      try {
        destination.flushSync();
      } catch {
        // Nobody reads stdout any more, so there is nobody to tell.
      }
    },
  };
}
