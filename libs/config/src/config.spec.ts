import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type ConfigError,
  configWarnings,
  describeConfig,
  exitOnConfigError,
  loadApiConfig,
  loadConfig,
  loadGatewayConfig,
  parseDuration,
} from './index.js';

function problems(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    return (error as ConfigError).problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
  return [];
}

describe('the configuration', () => {
  it('has a default for everything one machine needs', () => {
    expect(loadConfig({ HOME: '/somewhere' })).toMatchObject({
      dataDir: path.resolve('.rollcall'),
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      apiUrl: 'http://127.0.0.1:8080',
      gatewayPublicUrl: 'http://127.0.0.1:8090',
      gatewayStateDir: path.resolve('.rollcall/gateway'),
      keysDir: path.resolve('.rollcall/keys'),
      environment: 'production',
      allowPrivateNetworks: [],
      clockOffsetMs: 0,
      logLevel: 'info',
      databaseUrl: undefined,
    });
  });

  it('lists all problems at once, of every kind', () => {
    const found = problems(() =>
      loadGatewayConfig({
        ROLLCALL_PORT: '99999',
        ROLLCALL_DATABASE_URL: 'mysql://host/db',
        ROLLCALL_ALLOW_PRIVATE_NETWORKS: '10.0.0.0/8,10.0.0.0/33',
        ROLLCALL_ALLOWED_ORIGINS: '*',
        ROLLCALL_LOG_LEVEL: 'loud',
        ROLLCALL_CLOCK_OFFSET: 'P1M',
        ROLLCALL_GATEWAY_TOKN: 'abcdefghijkl',
        ROLLCALL_COLOUR: 'blue',
        ROLLCALL_ORGANIZATION: 'acme',
      }),
    ).join('\n');
    expect(found.split('\n')).toHaveLength(11);
    expect(found).toContain('ROLLCALL_PORT must be a port number');
    expect(found).toContain('ROLLCALL_DATABASE_URL must be a URL like postgresql://');
    expect(found).toContain('ROLLCALL_ALLOW_PRIVATE_NETWORKS must be');
    expect(found).toContain('ROLLCALL_ALLOWED_ORIGINS must be');
    expect(found).toContain('ROLLCALL_LOG_LEVEL must be one of');
    expect(found).toContain('ROLLCALL_CLOCK_OFFSET must be an ISO 8601 duration');
    expect(found).toContain('ROLLCALL_GATEWAY_TOKN is not a known variable; did you mean ROLLCALL_GATEWAY_TOKEN?');
    expect(found).toMatch(/ROLLCALL_COLOUR is not a known variable$/m);
    expect(found).toContain('ROLLCALL_GATEWAY_TOKEN is required');
    expect(found).toContain('ROLLCALL_GATEWAY_ROOT_FILE is required');
    expect(found).toContain('ROLLCALL_API_URL is required');
  });

  it('finds a port conflict even when something else is wrong', () => {
    const env = { ROLLCALL_PORT: '80', ROLLCALL_INTERNAL_PORT: '80', ROLLCALL_LOG_LEVEL: 'x' };
    expect(problems(() => loadConfig(env))).toHaveLength(2);
  });

  it('treats an empty variable as not set, and leaves the test harness alone', () => {
    const env = { ROLLCALL_REDIS_URL: ' ', ROLLCALL_TEST_DATABASE_URL: 'postgresql://h/d' };
    expect(loadConfig(env).redisUrl).toBeUndefined();
    expect(problems(() => loadApiConfig({ ROLLCALL_DATABASE_URL: '' }))).toEqual(['ROLLCALL_DATABASE_URL is required']);
  });

  it('never repeats a value in a problem', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^zq[a-z0-9]{6,20}$/), (value) => {
        const text = problems(() => loadConfig({ ROLLCALL_DATABASE_URL: value, ROLLCALL_REDIS_URL: value })).join();
        expect(text).not.toContain(value);
      }),
      { numRuns: 50 },
    );
  });

  it('reads lists', () => {
    const config = loadConfig({
      ROLLCALL_ALLOWED_HOSTS: 'rollcall.example.com, localhost:8080 ,[::1]:8080,',
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: '127.0.0.0/8, fd00::/8',
      ROLLCALL_ALLOWED_ORIGINS: 'https://console.example.com',
    });
    expect(config.allowedHosts).toEqual(['rollcall.example.com', 'localhost:8080', '[::1]:8080']);
    expect(config.allowPrivateNetworks).toEqual(['127.0.0.0/8', 'fd00::/8']);
  });

  it('reads DNS servers, and registries as JSON or as a file', () => {
    const of = (ROLLCALL_DNS_SERVERS: string) => loadConfig({ ROLLCALL_DNS_SERVERS }).dnsServers;
    expect(of('10.0.0.53, 10.0.0.53:5353,[fd00::53]:53,fd00::53')).toEqual([
      '10.0.0.53',
      '10.0.0.53:5353',
      '[fd00::53]:53',
      'fd00::53',
    ]);
    for (const wrong of [
      'dns.example.com',
      '10.0.0.53:0',
      '10.0.0.53:65536',
      '[10.0.0.53]:53',
      '10.0.0.53:',
      '::1]:53',
    ]) {
      expect(() => of(wrong)).toThrow('ROLLCALL_DNS_SERVERS');
    }
    const registries = (ROLLCALL_PACKAGE_REGISTRIES: string) => loadConfig({ ROLLCALL_PACKAGE_REGISTRIES });
    expect(registries('{"npm":[]}').packageRegistries).toBe('{"npm":[]}');
    expect(registries('registries.json').packageRegistries).toMatch(/^\/.*registries\.json$/);
    expect(loadConfig({}).registryAuthNone).toBe('refuse');
    expect(configWarnings(loadConfig({ ROLLCALL_REGISTRY_AUTH_NONE: 'allow' }))).toHaveLength(1);
  });

  it('prints all problems and ends with 78, and passes any other error on', async () => {
    const seen: unknown[] = [];
    const edge = {
      write: (text: string) => void seen.push(text),
      exit: (code: number): never => {
        seen.push(code);
        throw new Error('exited');
      },
    };
    const bad = () => loadConfig({ ROLLCALL_PORT: 'x', ROLLCALL_HOST: '!' });
    await expect(exitOnConfigError(bad, edge)).rejects.toThrow('exited');
    expect(seen[0]).toMatch(
      /2 problems[\s\S]*ROLLCALL_PORT[\s\S]*ROLLCALL_HOST|2 problems[\s\S]*ROLLCALL_HOST[\s\S]*ROLLCALL_PORT/,
    );
    expect(seen[1]).toBe(78);
    await expect(exitOnConfigError(() => Promise.reject(new Error('other')), edge)).rejects.toThrow('other');
  });
});

describe('describing the configuration', () => {
  it('masks every secret and shows the rest', () => {
    const secrets = ['tok-gateway-1', 'pass-phrase-2', 'tok-cli-3333', 'db-pass-4', 'redis-pass-5', 'query-pass-6'];
    const described = describeConfig(
      loadConfig({
        ROLLCALL_GATEWAY_TOKEN: secrets[0],
        ROLLCALL_KEYS_PASSPHRASE: secrets[1],
        ROLLCALL_TOKEN: secrets[2],
        ROLLCALL_DATABASE_URL: `postgresql://rollcall:${secrets[3]}@db:5432/rollcall?password=${secrets[5]}`,
        ROLLCALL_REDIS_URL: `redis://:${secrets[4]}@redis:6379`,
      }),
    );
    const text = JSON.stringify(described);
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).toContain('@db:5432/rollcall');
    expect(described).toContainEqual({ variable: 'ROLLCALL_PORT', value: '8080' });
    expect(described).toContainEqual({ variable: 'ROLLCALL_CONSOLE_DIR', value: '(not set)' });
    expect(described.map(({ variable }) => variable)).toContain('ROLLCALL_CLOCK_OFFSET');
  });

  it('warns about a moved clock and about an open network', () => {
    expect(configWarnings(loadConfig({}))).toEqual([]);
    const odd = loadConfig({ ROLLCALL_CLOCK_OFFSET: 'P31D', ROLLCALL_ALLOW_PRIVATE_NETWORKS: '0.0.0.0/0' });
    expect(configWarnings(odd)).toHaveLength(2);
  });
});

describe('a duration', () => {
  it.each([
    ['P31D', 31 * 86_400_000],
    ['-PT1H30M', -5_400_000],
    ['P1W', 604_800_000],
    ['PT0.5S', 500],
    ['-1500', -1500],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['P', 'PT', 'P1Y', 'P1M', '1h', '', 'P1DT'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
