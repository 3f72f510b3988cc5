import { type Config, type Env, load } from './config.js';
import { REQUIRED } from './environment.js';

type Defined<T, K extends keyof T> = Omit<T, K> & { [P in K]: NonNullable<T[P]> };

/** What the api process reads. */
export type ApiConfig = Defined<
  Pick<
    Config,
    | 'databaseUrl'
    | 'redisUrl'
    | 'dataDir'
    | 'host'
    | 'port'
    | 'publicUrl'
    | 'internalPort'
    | 'gatewayPublicUrl'
    | 'allowedOrigins'
    | 'allowedHosts'
    | 'allowPrivateNetworks'
    | 'dnsServers'
    | 'packageRegistries'
    | 'githubApiUrl'
    | 'registryAuthNone'
    | 'stdioLaunchersFile'
    | 'keysDir'
    | 'keysPassphrase'
    | 'secretsKeyFile'
    | 'oidcIssuer'
    | 'oidcClientId'
    | 'oidcClientSecret'
    | 'oidcScopes'
    | 'oidcOrganization'
    | 'oidcUnknownUsers'
    | 'trustedProxies'
    | 'clockOffsetMs'
    | 'logLevel'
    | 'consoleDir'
  >,
  'databaseUrl'
>;

/** What the worker process reads. */
export type WorkerConfig = Defined<
  Pick<
    Config,
    | 'databaseUrl'
    | 'redisUrl'
    | 'dataDir'
    | 'host'
    | 'publicUrl'
    | 'secretsKeyFile'
    | 'internalPort'
    | 'allowPrivateNetworks'
    | 'stdioLaunchersFile'
    | 'conformanceKitDir'
    | 'clockOffsetMs'
    | 'logLevel'
  >,
  'databaseUrl'
>;

/** What the gateway process reads: no database, no queue. */
export type GatewayConfig = Defined<
  Pick<
    Config,
    | 'gatewayHost'
    | 'gatewayPort'
    | 'gatewayPublicUrl'
    | 'gatewayStateDir'
    | 'gatewayRootFile'
    | 'gatewayToken'
    | 'gatewayName'
    | 'organization'
    | 'environment'
    | 'apiUrl'
    | 'allowedOrigins'
    | 'allowedHosts'
    | 'allowPrivateNetworks'
    | 'stdioLaunchersFile'
    | 'clockOffsetMs'
    | 'logLevel'
  >,
  'gatewayRootFile' | 'gatewayToken' | 'organization'
>;

/** Parses everything and insists on a database. Throws {@link ConfigError} with every problem. */
export function loadApiConfig(env: Env = process.env): ApiConfig {
  const config = load(env, REQUIRED.api);
  return { ...config, databaseUrl: defined(config.databaseUrl) };
}

/** Parses everything and insists on a database. Throws {@link ConfigError} with every problem. */
export function loadWorkerConfig(env: Env = process.env): WorkerConfig {
  const config = load(env, REQUIRED.worker);
  return { ...config, databaseUrl: defined(config.databaseUrl) };
}

/** Parses everything and insists on token, pinned root, organization and API URL. Throws {@link ConfigError} with every problem. */
export function loadGatewayConfig(env: Env = process.env): GatewayConfig {
  const config = load(env, REQUIRED.gateway);
  return {
    ...config,
    gatewayRootFile: defined(config.gatewayRootFile),
    gatewayToken: defined(config.gatewayToken),
    organization: defined(config.organization),
  };
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a required variable passed the check without a value');
  return value;
}

/** The variables the process was started with, for a program that hands them over by itself (the CLI). */
export function processEnvironment(): Env {
  return process.env;
}
