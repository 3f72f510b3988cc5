import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  keyIdOf,
  makeBundle,
  makeRoot,
  makeTimestamp,
  PAYLOAD_TYPES,
  type Signer,
  signDocument,
} from '@rollcall/bundle';
import { digestOf } from '@rollcall/contract';
import { fixedClock } from '@rollcall/kernel';
import type { PolicyState } from '@rollcall/policy';
import { call, callJson } from '../../call.fixture.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const clock = fixedClock(NOW);
const audience = { organization: 'org_1', environment: 'production' };
const definition = { name: 'pay', inputSchema: { type: 'object' } };
const STATE: PolicyState = {
  servers: {
    ledger: {
      name: 'com.acme/ledger',
      versions: {
        '1.0.0': {
          state: 'active',
          endpoint: { transport: 'streamable-http', url: 'https://ledger.acme.example/mcp' },
          contractDigest: digestOf('contract'),
          tools: { pay: { digest: digestOf(definition), definition, approval: 'none' } },
          deprecation: null,
        },
      },
      tombstones: {},
    },
  },
  agents: {
    agt_1: { name: 'support', tokens: [], tools: { ledger: { pay: { version: '1.0.0', grant: 'grt_1' } } } },
  },
  quarantine: [],
};

type Key = Signer & { raw: Uint8Array };

function makeKey(): Key {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  return { keyid: keyIdOf(raw), raw, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) };
}

const keys = { root: makeKey(), publish: makeKey(), timestamp: makeKey(), kill: makeKey() };
const role = (key: Key) => ({ publicKeys: [key.raw], threshold: 1 });
const rootOf = (version: number, online: Key) =>
  signDocument(
    PAYLOAD_TYPES.root,
    makeRoot({
      organization: audience.organization,
      version,
      epoch: 1,
      expiresAt: '2027-11-20T12:00:00Z',
      roles: { root: role(keys.root), publish: role(online), timestamp: role(keys.timestamp), kill: role(keys.kill) },
    }),
    [keys.root],
  );

async function updateOf(serial: number, state = STATE, publish = keys.publish, rootVersion = 1) {
  const bundle = await signDocument(
    PAYLOAD_TYPES.bundle,
    makeBundle({
      audience,
      epoch: 1,
      serial,
      previous: null,
      issuedAt: '2026-11-20T11:59:00Z',
      staleAfter: '2026-11-20T13:00:00Z',
      hardExpiresAt: '2026-11-21T12:00:00Z',
      state,
    }),
    [publish],
  );
  const timestamp = await signDocument(
    PAYLOAD_TYPES.timestamp,
    makeTimestamp({
      audience,
      rootVersion,
      epoch: 1,
      serial,
      bundleBytes: bundle,
      kill: { sequence: 0, deny: [] },
      issuedAt: '2026-11-20T11:59:00Z',
      expiresAt: '2026-11-20T12:05:00Z',
    }),
    [keys.timestamp],
  );
  return { bundle, timestamp };
}

let cwd: string;
const at = (name: string) => path.join(cwd, name);
const whose = ['--root', 'root.json', '--organization', 'org_1', '--environment', 'production'];
const verify = (...argv: string[]) => callJson(['bundle', 'verify', ...argv], { cwd, clock });

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'rollcall-bundle-'));
  const { bundle, timestamp } = await updateOf(7);
  await mkdir(at('policy/roots'), { recursive: true });
  await writeFile(at('root.json'), await rootOf(1, keys.publish));
  await writeFile(at('policy/bundle.json'), bundle);
  await writeFile(at('policy/timestamp.json'), timestamp);
});
afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
});

describe('rollcall bundle verify', () => {
  it('accepts what the pinned root vouches for, from a folder and from files in any order', async () => {
    const files = ['policy/bundle.json', 'policy/timestamp.json'];
    for (const argv of [['--dir', 'policy'], files, files.toReversed()]) {
      const { exitCode, envelope } = await verify(...argv, ...whose);
      expect(envelope).toMatchObject({
        command: 'bundle verify',
        error: null,
        data: { accepted: true, trust: { serial: 7 }, bundle: { audience, servers: [{ alias: 'ledger' }] } },
      });
      expect(exitCode).toBe(0);
    }
  });

  it('refuses every flipped byte of every file with exit 1 and a code', async () => {
    for (const name of ['bundle.json', 'timestamp.json']) {
      const good = await readFile(at(`policy/${name}`));
      const files = ['bundle.json', 'timestamp.json'].map((file) =>
        file === name ? 'flipped.json' : `policy/${file}`,
      );
      // Every byte of the envelope is what the library's own tests flip; here a sample over the whole length.
      for (let offset = 0; offset < good.length; offset += Math.ceil(good.length / 40)) {
        const flipped = Buffer.from(good);
        flipped[offset] = (flipped[offset] ?? 0) ^ 1;
        await writeFile(at('flipped.json'), flipped);
        const { exitCode, envelope } = await verify(...files, ...whose);
        expect({ name, offset, exitCode }).toEqual({ name, offset, exitCode: 1 });
        expect(envelope).toMatchObject({ data: { accepted: false, code: envelope.error?.code } });
      }
    }
  });

  it('prints the code for people too', async () => {
    const argv = ['bundle', 'verify', '--dir', 'policy', '--root', 'root.json', '--organization', 'org_2'];
    const { exitCode, stdout, stderr } = await call([...argv, '--environment', 'production'], { cwd, clock });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('✖ refused  WRONG_AUDIENCE\n');
    expect(stderr).toContain('error[WRONG_AUDIENCE]');
  });

  it.each([
    ['for another environment', ['--environment', 'staging'], 'WRONG_AUDIENCE'],
    ['after the timestamp has expired', ['--at', '2026-11-20T12:06:00Z'], 'EXPIRED'],
    ['before it was issued', ['--at', '2026-11-19'], 'NOT_YET_VALID'],
    ['after the root has expired', ['--at', '2028-01-01'], 'ROOT_EXPIRED'],
  ])('refuses %s', async (_name, argv, code) => {
    const { exitCode, envelope } = await verify('--dir', 'policy', ...whose, ...argv);
    expect(envelope.error?.code).toBe(code);
    expect(exitCode).toBe(1);
  });

  it('remembers what it accepted, for its owner alone, and refuses an older one afterwards', async () => {
    const newer = await updateOf(8);
    await writeFile(at('newer.json'), newer.bundle);
    await writeFile(at('newer-timestamp.json'), newer.timestamp);
    // The successor must name the bundle it follows, so there is nothing remembered before.
    const first = await verify('newer.json', 'newer-timestamp.json', ...whose, '--trust', 'trust.json');
    expect(first).toMatchObject({ exitCode: 0, envelope: { data: { trust: { serial: 8 } } } });
    expect((await stat(at('trust.json'))).mode & 0o777).toBe(0o600);
    const before = await readFile(at('trust.json'), 'utf8');
    const older = await verify('--dir', 'policy', ...whose, '--trust', 'trust.json');
    expect(older).toMatchObject({ exitCode: 1, envelope: { error: { code: 'ROLLBACK' } } });
    expect(await readFile(at('trust.json'), 'utf8')).toBe(before);
    expect((await verify('newer.json', 'newer-timestamp.json', ...whose, '--trust', 'trust.json')).exitCode).toBe(0);
  });

  it('does not forget because its memory is damaged', async () => {
    await writeFile(at('damaged.json'), '{}');
    const { exitCode, envelope } = await verify('--dir', 'policy', ...whose, '--trust', 'damaged.json');
    expect(envelope.error?.code).toBe('TRUST_DAMAGED');
    expect(exitCode).toBe(2);
  });

  it('follows newer roots of the folder from the pinned one, and only properly signed ones', async () => {
    const next = makeKey();
    const { bundle, timestamp } = await updateOf(9, STATE, next, 2);
    await mkdir(at('rotated/roots'), { recursive: true });
    await writeFile(at('rotated/bundle.json'), bundle);
    await writeFile(at('rotated/timestamp.json'), timestamp);
    await writeFile(at('rotated/roots/1.json'), await rootOf(1, keys.publish));
    expect((await verify('--dir', 'rotated', ...whose)).envelope.error?.code).toBe('ROOT_ROLLBACK');
    await writeFile(at('rotated/roots/2.json'), await rootOf(2, next));
    expect((await verify('--dir', 'rotated', ...whose)).exitCode).toBe(0);
    const forged = JSON.parse(Buffer.from(await rootOf(2, next)).toString());
    forged.signatures[0].sig = Buffer.alloc(64).toString('base64');
    await writeFile(at('rotated/roots/2.json'), JSON.stringify(forged));
    expect((await verify('--dir', 'rotated', ...whose)).exitCode).toBe(1);
  });

  it('needs both files, and exits 2 when one is missing', async () => {
    expect((await verify('policy/bundle.json', ...whose)).exitCode).toBe(2);
    expect((await verify('--dir', 'nowhere', ...whose)).exitCode).toBe(2);
    expect((await verify('--dir', 'policy', 'policy/bundle.json', ...whose)).exitCode).toBe(2);
  });
});

describe('rollcall bundle show, diff and explain', () => {
  it('shows a bundle and says that nobody verified it', async () => {
    const { exitCode, stdout, stderr } = await call(['bundle', 'show', 'policy/bundle.json'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ledger@1.0.0');
    expect(stderr).toContain('not verified');
    expect((await callJson(['bundle', 'show', 'policy/bundle.json'], { cwd })).envelope.data).toMatchObject({
      verified: false,
      serial: 7,
    });
  });

  it('refuses to show what is no bundle', async () => {
    await writeFile(at('odd.json'), '{}');
    for (const file of ['odd.json', 'policy/timestamp.json', 'root.json']) {
      expect((await callJson(['bundle', 'show', file], { cwd })).exitCode).toBe(2);
    }
  });

  it('explains an allowed call with exit 0 and a refused one with exit 1', async () => {
    const ask = (agent: string, tool: string) =>
      callJson(['bundle', 'explain', 'policy/bundle.json', '--agent', agent, '--tool', tool], { cwd });
    for (const agent of ['agt_1', 'support']) {
      expect(await ask(agent, 'ledger__pay')).toMatchObject({
        exitCode: 0,
        envelope: { data: { decision: { allow: true, version: '1.0.0' }, grant: { id: 'grt_1' } } },
      });
    }
    expect(await ask('support', 'ledger__wire')).toMatchObject({
      exitCode: 1,
      envelope: { data: { decision: { allow: false, code: 'TOOL_NOT_ALLOWED' } }, error: null },
    });
    expect((await ask('nobody', 'ledger__pay')).exitCode).toBe(1);
  });

  it('says what another bundle changes', async () => {
    const hold = { alias: 'ledger', version: null, tool: 'pay', reason: 'drift' };
    await writeFile(at('held.json'), (await updateOf(8, { ...STATE, quarantine: [hold] })).bundle);
    const { exitCode, envelope } = await callJson(['bundle', 'diff', 'policy/bundle.json', 'held.json'], { cwd });
    expect(exitCode).toBe(0);
    expect(envelope.data).toMatchObject({ changes: [{ subject: 'quarantine', kind: 'added' }] });
  });
});
