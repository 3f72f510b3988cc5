export { serveInternal } from './internal-server.js';
export { createLogger, currentRequestId, type Logger, type LoggerOptions, withRequestId } from './logger.js';
export { Counter, createMetrics, Gauge, Histogram, type Registry } from './metrics.js';
export { NestLogger } from './nest-logger.js';
export { type Readiness, type ReadinessCheck, readiness } from './readiness.js';
export { redact, redactText } from './redaction.js';
