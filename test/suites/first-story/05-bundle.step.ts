import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { PAYMENTS, type World } from './world.js';

type Gateways = { gateways: { name: string; status: { result: string; serial: number; converged: boolean } | null }[] };

/** The signed policy reaches the gateway, and nothing that was tampered with reaches anybody. */
export function theBundleIsSignedPulledAndVerified(world: World): void {
  const dir = () => path.join(world.dir, 'pulled');
  const verify = (...args: string[]) =>
    world.json(null, 'bundle', 'verify', '--dir', dir(), '--root', world.rootFile, ...args);
  const acme = ['--organization', 'acme', '--environment', 'production'];

  it('lets the owner grant tools to an agent', async () => {
    const agent = ['--name', 'Demo agent', '--team', 'payments'];
    await world.done('owner', 'agents', 'create', 'demo-agent', ...agent);
    const issued = await world.done('owner', 'agents', 'token', 'demo-agent');
    world.tokens.agent = issued['token'] as string;
    const grant = (server: string, tools: string[]) =>
      world.done(
        'admin',
        ...['grants', 'create', '--agent', 'demo-agent', '--server', server, '--environment', 'production'],
        ...tools.flatMap((tool) => ['--tool', tool]),
      );
    await grant(PAYMENTS, ['get_payment', 'create_refund']);
    await grant('com.acme.tools/everything', ['echo']);
    await grant('com.acme.tools/memory', ['read_graph', 'create_entities']);
  });

  it('is pulled, verified and acknowledged by the gateway', async () => {
    await converged(world);
    expect(existsSync(world.gatewayStateDir)).toBe(true);
  });

  it('verifies offline, the same bytes, with the pinned root', async () => {
    await world.done('admin', 'bundle', 'pull', '--environment', 'production', '-o', dir());
    const verified = await verify(...acme);
    expect([verified.exit, verified.error]).toEqual([0, null]);
  });

  it('is refused with one flipped byte, for another audience, and when it is older than what was seen', async () => {
    const file = path.join(dir(), 'bundle.json');
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    const middle = Math.floor(bad.length / 2);
    bad[middle] = (bad[middle] ?? 0) ^ 1;
    writeFileSync(file, bad);
    expect((await verify(...acme)).exit).toBe(1);
    writeFileSync(file, good);
    const elsewhere = await verify('--organization', 'acme', '--environment', 'staging');
    expect(elsewhere.exit).toBe(1);
    expect(JSON.stringify(elsewhere)).toContain('WRONG_AUDIENCE');
    const trust = path.join(world.dir, 'trust-state.json');
    expect((await verify(...acme, '--trust', trust)).exit).toBe(0);
    const state = JSON.parse(readFileSync(trust, 'utf8')) as { serial: number };
    writeFileSync(trust, JSON.stringify({ ...state, serial: state.serial + 1 }));
    const older = await verify(...acme, '--trust', trust);
    expect(older.exit).toBe(1);
    expect(JSON.stringify(older)).toContain('ROLLBACK');
  });
}

/** Waits until the gateway reports the newest revision. */
export async function converged(world: World): Promise<void> {
  const query = '{ gateways { name status { result serial converged } } }';
  await eventually(
    async () => (await world.graphql<Gateways>('admin', query)).data.gateways,
    (gateways) => gateways.length > 0 && gateways.every((one) => one.status?.converged && one.status.result === 'ack'),
  );
}
