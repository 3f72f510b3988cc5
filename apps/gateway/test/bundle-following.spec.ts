import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, fixedClock, HOUR_MS, systemClock } from '@rollcall/kernel';
import type { PolicyState, PolicyVersion } from '@rollcall/policy';
import { GREET_TOOL, type RunningMcpServer, startMcpServer } from '@rollcall/testing';
import { testKey } from './control-plane.fixture.js';
import { GatewayStage, policyOf, until, versionAt } from './gateway.fixture.js';

const ADD = { name: 'add', inputSchema: { type: 'object' } };
let upstream: RunningMcpServer;
let version: PolicyVersion;
let greetOnly: PolicyState;
let both: PolicyState;
let stage: GatewayStage;

beforeAll(async () => {
  upstream = await startMcpServer({ tools: [GREET_TOOL, ADD] });
  version = await versionAt(upstream.url);
  greetOnly = policyOf({ '1.0.0': version }, { greet: '1.0.0' });
  both = policyOf({ '1.0.0': version }, { greet: '1.0.0', add: '1.0.0' });
});

afterAll(() => upstream.close());

beforeEach(async () => {
  stage = new GatewayStage();
  await stage.open();
});

afterEach(() => stage.close());

const outcomeOf = async (name: string): Promise<string> => {
  const answer = await stage.call(name, { name: 'Ada' });
  return answer.json.error?.data.code ?? 'allowed';
};

const stateFile = (name: string) => join(stage.folder, 'state', name);

describe('following the control plane', () => {
  it('refuses a flipped byte anywhere in a bundle and keeps the old policy', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    const flipAt = (share: number) => (bytes: Uint8Array) => {
      const copy = Uint8Array.from(bytes);
      const at = Math.floor((copy.length - 1) * share);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    for (const share of [0, 0.3, 0.6, 1]) {
      await stage.plane.publish(both, { tamper: flipAt(share) });
      await until('the refusal', () => stage.plane.statuses.at(-1)?.error?.code === 'DIGEST_MISMATCH');
      expect(stage.plane.statuses.at(-1)).toMatchObject({ result: 'nack', serial: 1 });
      expect([await outcomeOf('demo__greet'), await outcomeOf('demo__add')]).toEqual(['allowed', 'TOOL_NOT_ALLOWED']);
    }
  });

  it('refuses a bundle that is longer than its timestamp says, without reading the rest', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    await stage.plane.publish(both, { tamper: (bytes) => Buffer.concat([bytes, Buffer.alloc(5_000_000, 32)]) });
    const { polls } = stage.plane;
    await until('the gateway has tried', () => stage.plane.polls > polls);
    expect(await outcomeOf('demo__add')).toBe('TOOL_NOT_ALLOWED');
  });

  it('refuses an older serial, another audience and a foreign signature, each by name', async () => {
    const { plane } = stage;
    const { authority } = plane;
    await stage.startGateway();
    await stage.publish(greetOnly, { serial: 5 });
    await plane.publish(both, { serial: 4 });
    expect(await stage.refused()).toBe('ROLLBACK');
    plane.statuses.length = 0;
    await plane.publish(both, { serial: 6, audience: { organization: 'acme', environment: 'staging' } });
    expect(await stage.refused()).toBe('WRONG_AUDIENCE');
    plane.statuses.length = 0;
    const { publish } = authority.keys;
    authority.keys.publish = authority.keys.root;
    await plane.publish(both, { serial: 7 });
    authority.keys.publish = publish;
    expect(await stage.refused()).toBe('SIGNATURE_INVALID');
    expect(await outcomeOf('demo__add')).toBe('TOOL_NOT_ALLOWED');
    await stage.publish(both, { serial: 8 });
    expect(await outcomeOf('demo__add')).toBe('allowed');
  });

  it('refuses other bytes under a serial it has accepted', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    await stage.plane.publish(both, { serial: 1 });
    expect(await stage.refused()).toBe('SAME_SERIAL_OTHER_BYTES');
  });

  it('enforces the last good policy after a restart without a control plane', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    await stage.stopGateway();
    await stage.plane.stop();
    await stage.startGateway();
    expect([await outcomeOf('demo__greet'), await outcomeOf('demo__add')]).toEqual(['allowed', 'TOOL_NOT_ALLOWED']);
    expect((await fetch(`${stage.origin}/readyz`)).status).toBe(200);
  });

  it('does not accept after a restart what it would not have accepted before', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly, { serial: 9 });
    await stage.stopGateway();
    await stage.plane.publish(both, { serial: 3 });
    stage.plane.statuses.length = 0;
    await stage.startGateway();
    expect(await stage.refused()).toBe('ROLLBACK');
    expect(await outcomeOf('demo__add')).toBe('TOOL_NOT_ALLOWED');
  });

  it('denies everything when its memory was deleted, until a fresh policy not older than what was left arrives', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly, { serial: 9 });
    await stage.stopGateway();
    await rm(stateFile('trust.json'));
    await stage.plane.stop();
    await stage.startGateway();
    expect(await outcomeOf('demo__greet')).toBe('POLICY_UNAVAILABLE');
    stage.plane.statuses.length = 0;
    await stage.plane.publish(both, { serial: 2 });
    await stage.plane.start();
    expect(await stage.refused()).toBe('ROLLBACK');
    expect(await outcomeOf('demo__greet')).toBe('POLICY_UNAVAILABLE');
    await stage.publish(both, { serial: 11 });
    expect(await outcomeOf('demo__greet')).toBe('allowed');
  });

  it('denies everything when a file of its state was edited', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    await stage.stopGateway();
    await stage.plane.stop();
    const files = await readdir(join(stage.folder, 'state'));
    for (const name of files.filter((file) => !file.startsWith('root'))) {
      const good = await readFile(stateFile(name));
      const bad = Buffer.from(good);
      const at = Math.floor(bad.length / 2);
      bad[at] = (bad[at] ?? 0) ^ 1;
      await writeFile(stateFile(name), bad);
      await stage.startGateway();
      expect([name, await outcomeOf('demo__greet')]).toEqual([name, 'POLICY_UNAVAILABLE']);
      await stage.stopGateway();
      await writeFile(stateFile(name), good);
    }
    await stage.startGateway();
    expect(await outcomeOf('demo__greet')).toBe('allowed');
  });

  it('still knows how far it had come when only its stored bundle is damaged', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly, { serial: 9 });
    await stage.stopGateway();
    const bundle = (await readdir(join(stage.folder, 'state'))).find((file) => file.startsWith('bundle-')) ?? '';
    await writeFile(stateFile(bundle), 'damaged');
    stage.plane.statuses.length = 0;
    await stage.plane.publish(both, { serial: 3 });
    await stage.startGateway();
    expect(await stage.refused()).toBe('ROLLBACK');
    expect(await outcomeOf('demo__greet')).toBe('POLICY_UNAVAILABLE');
  });

  it('applies a newer kill list under the same serial at once, keeps it over a restart, and refuses an older one', async () => {
    const { plane } = stage;
    await stage.startGateway();
    await stage.publish(greetOnly);
    const deny = [{ alias: 'demo', version: null, tool: 'greet', reason: 'incident 7' }];
    const first = await plane.authority.bundle(greetOnly, { serial: 3 });
    plane.serve(await plane.authority.timestamp(first, { serial: 3 }), first);
    await stage.acknowledged(3);
    plane.serve(await plane.authority.timestamp(first, { serial: 3, kill: { sequence: 4, deny } }), first);
    await until('the kill list is in force', async () => (await outcomeOf('demo__greet')) === 'VERSION_QUARANTINED');
    await stage.stopGateway();
    await plane.stop();
    await stage.startGateway();
    expect(await outcomeOf('demo__greet')).toBe('VERSION_QUARANTINED');
    plane.statuses.length = 0;
    plane.serve(await plane.authority.timestamp(first, { serial: 3, kill: { sequence: 3, deny: [] } }), first);
    await plane.start();
    expect(await stage.refused()).toBe('ROLLBACK');
    expect(await outcomeOf('demo__greet')).toBe('VERSION_QUARANTINED');
  });

  it('applies the kill list of an update whose bundle cannot be fetched', async () => {
    const { plane } = stage;
    await stage.startGateway();
    await stage.publish(greetOnly);
    const deny = [{ alias: 'demo', version: '1.0.0', tool: null, reason: 'incident 8' }];
    await plane.publish(both, { kill: { sequence: 1, deny }, tamper: () => new Uint8Array([1]) });
    await until('the kill list is in force', async () => (await outcomeOf('demo__greet')) === 'VERSION_QUARANTINED');
    expect(await outcomeOf('demo__add')).toBe('TOOL_NOT_ALLOWED');
    await stage.stopGateway();
    await plane.stop();
    await stage.startGateway();
    expect(await outcomeOf('demo__greet')).toBe('VERSION_QUARANTINED');
  });

  it('refuses everything with POLICY_EXPIRED once the policy is past its last bound', async () => {
    const clock = fixedClock(new Date());
    await stage.startGateway({ clock });
    await stage.publish(greetOnly, { staleAfter: new Date(Date.now() + HOUR_MS).toISOString() });
    clock.advance(DAY_MS - HOUR_MS);
    expect(await outcomeOf('demo__greet')).toBe('allowed');
    clock.advance(2 * HOUR_MS);
    expect(await outcomeOf('demo__greet')).toBe('POLICY_EXPIRED');
    const list = await stage.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect(list.json.error.data.code).toBe('POLICY_EXPIRED');
    expect((await fetch(`${stage.origin}/readyz`)).status).toBe(503);
  });

  it('still says POLICY_EXPIRED after a restart with nothing but an expired policy', async () => {
    await stage.startGateway();
    await stage.publish(greetOnly);
    await stage.stopGateway();
    await stage.plane.stop();
    await stage.startGateway({ clock: systemClock(2 * DAY_MS) });
    expect(await outcomeOf('demo__greet')).toBe('POLICY_EXPIRED');
  });

  it('walks to a new root when keys were rotated, and remembers it', async () => {
    const { plane } = stage;
    const { authority } = plane;
    await stage.startGateway();
    await stage.publish(greetOnly);
    authority.keys.publish = testKey();
    authority.keys.timestamp = testKey();
    plane.roots.set(2, await authority.root(2));
    await stage.publish(both);
    expect(plane.statuses.at(-1)?.rootVersion).toBe(2);
    expect(await outcomeOf('demo__add')).toBe('allowed');
    await stage.stopGateway();
    await plane.stop();
    await stage.startGateway();
    expect(await outcomeOf('demo__add')).toBe('allowed');
  });

  it('does not follow a root that the trusted root did not sign', async () => {
    const { plane } = stage;
    const { authority } = plane;
    await stage.startGateway();
    await stage.publish(greetOnly);
    authority.keys.root = testKey();
    authority.keys.publish = testKey();
    authority.keys.timestamp = testKey();
    plane.roots.set(2, await authority.root(2));
    await plane.publish(both);
    expect(await stage.refused()).toBe('SIGNATURE_INVALID');
    expect(await outcomeOf('demo__add')).toBe('TOOL_NOT_ALLOWED');
  });

  it('authenticates with its own token, and does not hurry when the control plane refuses or repeats itself', async () => {
    const { plane } = stage;
    await stage.startGateway();
    await stage.publish(greetOnly);
    expect([...plane.tokens]).toEqual(['Bearer gateway-token']);
    await plane.publish(both, { serial: 1 });
    await stage.refused();
    const { polls } = plane;
    const startedAt = performance.now();
    await until('three more polls', () => plane.polls >= polls + 3);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });
});
