export { tryAdvisoryLock, withAdvisoryLock } from './advisory-lock.js';
export { DATABASE_CONFIG, type DatabaseConfig } from './database.js';
export { isRetryable, isUniqueViolation } from './database-errors.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres.js';
export * from './generated/client.js';
export { type ListenHandlers, type Listening, listen } from './listen.js';
export { migrateDeploy, migrationsKey, pendingMigrations } from './migrations/migrate.js';
export {
  asSystem,
  atEdge,
  type DefaultScope,
  enterOrganization,
  inOrganization,
  newRequest,
} from './organization-scope.js';
export { type NewOutboxEvent, OUTBOX_CHANNEL, Outbox } from './outbox/outbox.js';
export {
  OutboxDispatcher,
  type OutboxDispatcherOptions,
  type OutboxEvent,
  purgeDispatched,
} from './outbox/outbox-dispatcher.js';
export { PersistenceModule } from './persistence.module.js';
export { PrismaService } from './prisma.service.js';
export { type Isolation, PrismaTransactionRunner, TransactionRunner, type Tx } from './transaction.js';
