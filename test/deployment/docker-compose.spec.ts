import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadApiConfig, loadConfig, loadGatewayConfig } from '@rollcall/config';
import { parse } from 'yaml';

/** There is no container engine where these tests run: they hold what can be held by reading. */
const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');

type Service = {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  env_file?: string[];
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  profiles?: string[];
};
type Compose = {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, null>;
};

const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);

describe('docker-compose.yml', () => {
  it('has the processes of the product, a database, and Redis only on request', () => {
    expect(services.map(([name]) => name).sort()).toEqual(['api', 'gateway', 'postgres', 'redis', 'worker']);
    expect(services.filter(([, service]) => service.profiles).map(([name]) => name)).toEqual(['redis']);
  });

  it.each(services)('gives %s a health check, an exact image and known volumes', (_name, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.image).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?(-bookworm)?$/);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (!source.startsWith('./')) expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it.each(ours)('starts %s from a program that exists, without rights it does not need', (_name, service) => {
    const script = service.command?.at(-1) ?? '';
    expect(existsSync(path.join(root, script.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('publishes no port of the database or of Redis, and keeps both on a network without a way out', () => {
    for (const name of ['postgres', 'redis']) {
      expect(compose.services[name]?.ports).toBeUndefined();
      expect(compose.services[name]?.networks).toEqual(['control-plane']);
    }
    expect(compose.networks['control-plane']).toEqual({ internal: true });
  });

  it('keeps database and signing keys away from the gateway', () => {
    const { gateway, api } = compose.services;
    expect(gateway?.networks).not.toContain('control-plane');
    const shared = (gateway?.volumes ?? []).filter((volume) =>
      api?.volumes?.some((other) => other.split(':')[0] === volume.split(':')[0]),
    );
    expect(shared).toEqual([]);
    expect(gateway?.env_file).not.toContain('deploy/control-plane.env');
    expect(gateway?.env_file).not.toContain('deploy/signing.env');
    const worker = compose.services['worker'];
    expect(worker?.env_file).not.toContain('deploy/signing.env');
    // the key of webhook secrets, which only the api can make
    expect(worker?.volumes ?? []).toEqual(['secrets:/secrets:ro']);
    expect(compose.services['api']?.volumes).toContain('secrets:/secrets');
  });

  it('waits for what a service cannot start without', () => {
    expect(compose.services['api']?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(compose.services['gateway']?.depends_on).toEqual({ api: { condition: 'service_healthy' } });
  });

  it('names only variables that the product knows, in the file and in its comments', () => {
    const known = (name: string) => !/not a known variable/.test(problemsOf({ [name]: '' === name ? '' : 'x' }));
    for (const [name] of text.matchAll(/\bROLLCALL_[A-Z_]+/g)) expect([name, known(name)]).toEqual([name, true]);
  });

  it('together with the secrets of its files, is a complete configuration of each process', () => {
    const controlPlane = { ROLLCALL_DATABASE_URL: 'postgresql://rollcall:x@postgres/rollcall' };
    expect(loadApiConfig({ ...controlPlane, ...compose.services['api']?.environment }).databaseUrl).toContain(
      'postgres',
    );
    const gateway = {
      ROLLCALL_GATEWAY_TOKEN: 'x'.repeat(20),
      ROLLCALL_ORGANIZATION: 'default',
      ...compose.services['gateway']?.environment,
    };
    expect(loadGatewayConfig(gateway).apiUrl).toBe('http://api:8080');
  });

  it('holds no secret', () => {
    for (const [, service] of services) {
      const names = Object.keys(service.environment ?? {});
      // the path of a file is none
      const valued = names.filter((name) => !name.endsWith('_FILE'));
      expect(valued.filter((name) => /PASSWORD|TOKEN|SECRET|PASSPHRASE|DATABASE_URL/.test(name))).toEqual([]);
      expect(service.env_file?.every((file) => /^deploy\/[a-z-]+\.env$/.test(file)) ?? true).toBe(true);
    }
    expect(text).not.toMatch(/:\/\/[^\s/:@]+:[^\s/@]+@/);
  });
});

function problemsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
