import type { Config } from './config.js';

const MASK = '********';
const SECRET_FIELDS = new Set<keyof Config>(['gatewayToken', 'keysPassphrase', 'oidcClientSecret', 'token']);
const URL_FIELDS = new Set<keyof Config>([
  'githubApiUrl',
  'databaseUrl',
  'redisUrl',
  'publicUrl',
  'gatewayPublicUrl',
  'apiUrl',
  'url',
]);

/** One effective value as text, secrets masked, in the order of {@link Config}. */
export type DescribedSetting = { variable: string; value: string };

/** The effective values for people: secrets and the passwords in URLs are masked, what is not set says so. */
export function describeConfig(config: Config): DescribedSetting[] {
  return Object.entries(config).map(([field, value]) => ({
    variable: variableOf(field as keyof Config),
    value: shown(field as keyof Config, value),
  }));
}

/** What a person should know before anything starts; empty when there is nothing unusual. */
export function configWarnings(
  config: Pick<Config, 'clockOffsetMs' | 'allowPrivateNetworks'> & Partial<Pick<Config, 'registryAuthNone'>>,
): string[] {
  const warnings: string[] = [];
  if (config.clockOffsetMs !== 0) {
    warnings.push(
      `ROLLCALL_CLOCK_OFFSET moves the clock by ${config.clockOffsetMs} ms: sunsets, expiries and signatures use the moved time. For simulations only, never in production.`,
    );
  }
  const everything = config.allowPrivateNetworks.filter((network) => network.endsWith('/0'));
  if (everything.length > 0) {
    warnings.push(
      `ROLLCALL_ALLOW_PRIVATE_NETWORKS contains ${everything.join(', ')}: every private address may be reached.`,
    );
  }
  if (config.registryAuthNone === 'allow') {
    warnings.push(
      'ROLLCALL_REGISTRY_AUTH_NONE is allow: anybody may publish under io.modelcontextprotocol.anonymous. For development only.',
    );
  }
  return warnings;
}

function variableOf(field: keyof Config): string {
  if (field === 'clockOffsetMs') return 'ROLLCALL_CLOCK_OFFSET';
  return `ROLLCALL_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function shown(field: keyof Config, value: unknown): string {
  if (value === undefined) return '(not set)';
  if (SECRET_FIELDS.has(field)) return MASK;
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(', ');
  if (URL_FIELDS.has(field)) return withoutPassword(String(value));
  return String(value);
}

/** Also hides `?password=` and the like, which connection strings may carry. */
function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password) url.password = MASK;
  for (const name of url.searchParams.keys()) if (/pass|token|secret|key/i.test(name)) url.searchParams.set(name, MASK);
  return url.href.replace(/\/$/, '');
}
