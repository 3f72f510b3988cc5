import { z } from 'zod';
import * as value from './values.js';

/** Every variable there is. A variable that is not here is a problem: most likely a typing error. */
export const environmentSchema = z.strictObject({
  ROLLCALL_DATABASE_URL: value.postgresUrl.optional(),
  ROLLCALL_REDIS_URL: value.redisUrl.optional(),
  ROLLCALL_DATA_DIR: value.filePath.default('.rollcall'),
  ROLLCALL_HOST: value.host.default('127.0.0.1'),
  ROLLCALL_PORT: value.port.default(8080),
  ROLLCALL_PUBLIC_URL: value.httpUrl.optional(),
  ROLLCALL_INTERNAL_PORT: value.port.optional(),
  ROLLCALL_GATEWAY_HOST: value.host.default('127.0.0.1'),
  ROLLCALL_GATEWAY_PORT: value.port.default(8090),
  ROLLCALL_GATEWAY_PUBLIC_URL: value.httpUrl.optional(),
  ROLLCALL_GATEWAY_STATE_DIR: value.filePath.optional(),
  ROLLCALL_GATEWAY_ROOT_FILE: value.filePath.optional(),
  ROLLCALL_GATEWAY_TOKEN: value.secret.optional(),
  ROLLCALL_GATEWAY_NAME: value.name.default('gateway'),
  ROLLCALL_ORGANIZATION: value.name.optional(),
  ROLLCALL_ENVIRONMENT: value.name.default('production'),
  ROLLCALL_API_URL: value.httpUrl.optional(),
  ROLLCALL_ALLOWED_ORIGINS: value.origins.default([]),
  ROLLCALL_ALLOWED_HOSTS: value.hosts.default([]),
  ROLLCALL_ALLOW_PRIVATE_NETWORKS: value.networks.default([]),
  ROLLCALL_DNS_SERVERS: value.dnsServers.default([]),
  ROLLCALL_PACKAGE_REGISTRIES: value.jsonOrFile.optional(),
  ROLLCALL_GITHUB_API_URL: value.httpUrl.optional(),
  ROLLCALL_REGISTRY_AUTH_NONE: value.allowOrRefuse.default('refuse'),
  ROLLCALL_STDIO_LAUNCHERS_FILE: value.filePath.optional(),
  ROLLCALL_CONFORMANCE_KIT_DIR: value.filePath.optional(),
  ROLLCALL_KEYS_DIR: value.filePath.optional(),
  ROLLCALL_KEYS_PASSPHRASE: value.secret.optional(),
  ROLLCALL_SECRETS_KEY_FILE: value.filePath.optional(),
  ROLLCALL_OIDC_ISSUER: value.httpUrl.optional(),
  ROLLCALL_OIDC_CLIENT_ID: z.string().max(512).optional(),
  ROLLCALL_OIDC_CLIENT_SECRET: value.secret.optional(),
  ROLLCALL_OIDC_SCOPES: z.string().max(512).default('openid profile email'),
  ROLLCALL_OIDC_ORGANIZATION: value.name.optional(),
  ROLLCALL_OIDC_UNKNOWN_USERS: value.unknownUsers.default('refuse'),
  ROLLCALL_TRUSTED_PROXIES: value.networks.default([]),
  ROLLCALL_CLOCK_OFFSET: value.clockOffset.default(0),
  ROLLCALL_LOG_LEVEL: value.logLevel.default('info'),
  ROLLCALL_CONSOLE_DIR: value.filePath.optional(),
  ROLLCALL_URL: value.httpUrl.optional(),
  ROLLCALL_TOKEN: value.secret.optional(),
});

/** A variable's name. */
export type Variable = keyof typeof environmentSchema.shape;

/** The values after parsing, by variable. */
export type Environment = z.infer<typeof environmentSchema>;

/** Variables of the test harness, which processes under test inherit and must not complain about. */
export const TEST_VARIABLES = [
  'ROLLCALL_TEST_DATABASE_URL',
  'ROLLCALL_TEST_DATABASE_SOCKET',
  'ROLLCALL_TEST_REQUIRE_BROWSER',
  'ROLLCALL_TEST_REQUIRE_CONFORMANCE',
  'ROLLCALL_TEST_REQUIRE_REDIS',
];

/** What one process cannot do without. */
export const REQUIRED = {
  api: ['ROLLCALL_DATABASE_URL'],
  worker: ['ROLLCALL_DATABASE_URL'],
  gateway: ['ROLLCALL_GATEWAY_TOKEN', 'ROLLCALL_GATEWAY_ROOT_FILE', 'ROLLCALL_ORGANIZATION', 'ROLLCALL_API_URL'],
} as const satisfies Record<string, readonly Variable[]>;
