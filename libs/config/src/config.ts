import path from 'node:path';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { type Environment, environmentSchema, TEST_VARIABLES, type Variable } from './environment.js';
import { closest } from './spelling.js';

/** Levels of the log, most severe first. */
export type LogLevel = Environment['ROLLCALL_LOG_LEVEL'];

/** The effective configuration: parsed, with defaults, paths absolute, URLs without a final slash. */
export type Config = {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  publicUrl: string;
  internalPort: number | undefined;
  gatewayHost: string;
  gatewayPort: number;
  gatewayPublicUrl: string;
  gatewayStateDir: string;
  gatewayRootFile: string | undefined;
  gatewayToken: string | undefined;
  gatewayName: string;
  organization: string | undefined;
  environment: string;
  apiUrl: string;
  allowedOrigins: string[];
  allowedHosts: string[];
  /** CIDR networks that outgoing connections may reach although they are private. */
  allowPrivateNetworks: string[];
  /** Who is asked about domains that prove a namespace, as `ip:port`; empty: the platform's servers. */
  dnsServers: string[];
  /** Registries that may be asked who owns a package: JSON, or an absolute path. */
  packageRegistries: string | undefined;
  /** API of the code host whose access tokens the registry takes. */
  githubApiUrl: string | undefined;
  registryAuthNone: 'allow' | 'refuse';
  stdioLaunchersFile: string | undefined;
  /** Where the protocol suite is installed, with the Node that runs it. */
  conformanceKitDir: string;
  keysDir: string;
  keysPassphrase: string | undefined;
  /** Key that seals stored secrets; api and worker must read the same file. */
  secretsKeyFile: string;
  /** The identity provider browsers sign in with; both or none. */
  oidcIssuer: string | undefined;
  oidcClientId: string | undefined;
  oidcClientSecret: string | undefined;
  oidcScopes: string;
  /** Whose provider it is, when there are several organizations. */
  oidcOrganization: string | undefined;
  oidcUnknownUsers: 'refuse' | 'create';
  /** CIDR networks of proxies whose word about the client's address is believed. */
  trustedProxies: string[];
  /** Milliseconds added to the machine's clock; for simulations. */
  clockOffsetMs: number;
  logLevel: LogLevel;
  consoleDir: string | undefined;
  /** The control plane and the token the CLI uses. */
  url: string | undefined;
  token: string | undefined;
};

/** What a process reads its environment from. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Parses all `ROLLCALL_*` variables; an empty one counts as not set. Throws {@link ConfigError} with every problem. */
export function loadConfig(env: Env = process.env): Config {
  return load(env, []);
}

/** {@link loadConfig} plus what a process of this kind cannot do without; still one error with every problem. */
export function load(env: Env, required: readonly Variable[]): Config {
  const given = ownVariables(env);
  const parsed = environmentSchema.safeParse(given);
  const problems = [...(parsed.success ? [] : problemsOf(parsed.error.issues)), ...conflicts(given)];
  for (const variable of required)
    if (given[variable] === undefined) problems.push({ variable, problem: 'is required' });
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

/** Settings of the test harness. */
export type TestConfig = {
  /** An external server to create test databases on. */
  databaseUrl: string | undefined;
  /** Where the test run's main process hands out its own server. */
  databaseSocket: string | undefined;
  /** A missing Redis fails the tests that need it instead of skipping them. */
  requireRedis: boolean;
  /** A missing conformance kit fails the tests that need it instead of skipping them. */
  requireConformance: boolean;
};

/** Reads the `ROLLCALL_TEST_*` variables; only tests use them. */
export function loadTestConfig(env: Env = process.env): TestConfig {
  return {
    databaseUrl: env['ROLLCALL_TEST_DATABASE_URL'] || undefined,
    databaseSocket: env['ROLLCALL_TEST_DATABASE_SOCKET'] || undefined,
    requireRedis: env['ROLLCALL_TEST_REQUIRE_REDIS'] === '1',
    requireConformance: env['ROLLCALL_TEST_REQUIRE_CONFORMANCE'] === '1',
  };
}

function ownVariables(env: Env): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, text] of Object.entries(env)) {
    const trimmed = text?.trim();
    if (name.startsWith('ROLLCALL_') && trimmed && !TEST_VARIABLES.includes(name)) own[name] = trimmed;
  }
  return own;
}

type Issue = { code?: string | undefined; path: PropertyKey[]; message: string; keys?: string[] };

function problemsOf(issues: readonly Issue[]): ConfigProblem[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? (issue.keys ?? []).map(unknownVariable)
      : [{ variable: String(issue.path[0]), problem: issue.message }],
  );
}

function unknownVariable(variable: string): ConfigProblem {
  const meant = closest(variable, Object.keys(environmentSchema.shape));
  return { variable, problem: meant ? `is not a known variable; did you mean ${meant}?` : 'is not a known variable' };
}

/** What cannot be together, or alone; checked even when other variables are wrong. Port 0 is any free port. */
function conflicts(given: Record<string, string>): ConfigProblem[] {
  return [...portConflicts(given), ...halfProvider(given)];
}

/** An identity provider needs an address and the name it knows us by. */
function halfProvider(given: Record<string, string>): ConfigProblem[] {
  const names = ['ROLLCALL_OIDC_ISSUER', 'ROLLCALL_OIDC_CLIENT_ID'] as const;
  const missing = names.filter((name) => given[name] === undefined);
  const [variable] = missing;
  if (missing.length !== 1 || !variable) return [];
  return [{ variable, problem: `is required beside ${names.find((name) => name !== variable)}` }];
}

function portConflicts(given: Record<string, string>): ConfigProblem[] {
  const { ROLLCALL_PORT, ROLLCALL_INTERNAL_PORT } = environmentSchema.shape;
  const main = ROLLCALL_PORT.safeParse(given['ROLLCALL_PORT']).data;
  const internal = ROLLCALL_INTERNAL_PORT.safeParse(given['ROLLCALL_INTERNAL_PORT']).data;
  if (!internal || internal !== main) return [];
  return [{ variable: 'ROLLCALL_INTERNAL_PORT', problem: 'must differ from ROLLCALL_PORT' }];
}

function toConfig(env: Environment): Config {
  const dataDir = path.resolve(env.ROLLCALL_DATA_DIR);
  const publicUrl = env.ROLLCALL_PUBLIC_URL ?? listenUrl(env.ROLLCALL_HOST, env.ROLLCALL_PORT);
  return {
    databaseUrl: env.ROLLCALL_DATABASE_URL,
    redisUrl: env.ROLLCALL_REDIS_URL,
    dataDir,
    host: env.ROLLCALL_HOST,
    port: env.ROLLCALL_PORT,
    publicUrl,
    internalPort: env.ROLLCALL_INTERNAL_PORT,
    gatewayHost: env.ROLLCALL_GATEWAY_HOST,
    gatewayPort: env.ROLLCALL_GATEWAY_PORT,
    gatewayPublicUrl:
      env.ROLLCALL_GATEWAY_PUBLIC_URL ?? listenUrl(env.ROLLCALL_GATEWAY_HOST, env.ROLLCALL_GATEWAY_PORT),
    gatewayStateDir: absolute(env.ROLLCALL_GATEWAY_STATE_DIR) ?? path.join(dataDir, 'gateway'),
    gatewayRootFile: absolute(env.ROLLCALL_GATEWAY_ROOT_FILE),
    gatewayToken: env.ROLLCALL_GATEWAY_TOKEN,
    gatewayName: env.ROLLCALL_GATEWAY_NAME,
    organization: env.ROLLCALL_ORGANIZATION,
    environment: env.ROLLCALL_ENVIRONMENT,
    apiUrl: env.ROLLCALL_API_URL ?? publicUrl,
    allowedOrigins: env.ROLLCALL_ALLOWED_ORIGINS,
    allowedHosts: env.ROLLCALL_ALLOWED_HOSTS,
    allowPrivateNetworks: env.ROLLCALL_ALLOW_PRIVATE_NETWORKS,
    dnsServers: env.ROLLCALL_DNS_SERVERS,
    packageRegistries: jsonOrPath(env.ROLLCALL_PACKAGE_REGISTRIES),
    githubApiUrl: env.ROLLCALL_GITHUB_API_URL,
    registryAuthNone: env.ROLLCALL_REGISTRY_AUTH_NONE,
    stdioLaunchersFile: absolute(env.ROLLCALL_STDIO_LAUNCHERS_FILE),
    conformanceKitDir: path.resolve(env.ROLLCALL_CONFORMANCE_KIT_DIR ?? 'integrations/conformance-kit'),
    keysDir: absolute(env.ROLLCALL_KEYS_DIR) ?? path.join(dataDir, 'keys'),
    keysPassphrase: env.ROLLCALL_KEYS_PASSPHRASE,
    secretsKeyFile: absolute(env.ROLLCALL_SECRETS_KEY_FILE) ?? path.join(dataDir, 'secrets.key'),
    oidcIssuer: env.ROLLCALL_OIDC_ISSUER,
    oidcClientId: env.ROLLCALL_OIDC_CLIENT_ID,
    oidcClientSecret: env.ROLLCALL_OIDC_CLIENT_SECRET,
    oidcScopes: env.ROLLCALL_OIDC_SCOPES,
    oidcOrganization: env.ROLLCALL_OIDC_ORGANIZATION,
    oidcUnknownUsers: env.ROLLCALL_OIDC_UNKNOWN_USERS,
    trustedProxies: env.ROLLCALL_TRUSTED_PROXIES,
    clockOffsetMs: env.ROLLCALL_CLOCK_OFFSET,
    logLevel: env.ROLLCALL_LOG_LEVEL,
    consoleDir: absolute(env.ROLLCALL_CONSOLE_DIR),
    url: env.ROLLCALL_URL,
    token: env.ROLLCALL_TOKEN,
  };
}

function absolute(file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.resolve(file);
}

function jsonOrPath(setting: string | undefined): string | undefined {
  return setting?.startsWith('{') ? setting : absolute(setting);
}

/** A URL that works on this machine: "all addresses" is not an address one can connect to. */
function listenUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
