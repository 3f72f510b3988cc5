import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccessService, Runtime } from '@rollcall/access';
import { AgentService, GrantService } from '@rollcall/agents';
import { AuditLog } from '@rollcall/audit';
import { acceptUpdate, type RootPayload, type TrustState, verifyRootChain } from '@rollcall/bundle';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
} from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import {
  BundleHeads,
  BundlePublisher,
  BundleStore,
  createKey,
  openKey,
  PolicyInputReadModel,
  SigningKeyLocation,
  TrustService,
  verifyEd25519,
} from './index.js';

describe('a key file', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-keys-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('opens with its passphrase and with no other', () => {
    const made = createKey(dir, 'publish', 'correct horse');
    expect(openKey(dir, 'publish', 'correct horse').signer.keyid).toBe(made.signer.keyid);
    const unreadable = expect.objectContaining({ code: 'KEYS_UNREADABLE' });
    for (const wrong of ['correct hors', '', undefined])
      expect(() => openKey(dir, 'publish', wrong)).toThrow(unreadable);
  });

  it('is for its owner only, holds no plain key, and is never overwritten', () => {
    const file = path.join(dir, 'publish.key.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const sealed = Buffer.from(JSON.parse(readFileSync(file, 'utf8')).private, 'base64');
    expect(sealed.subarray(0, 16)).not.toEqual(Buffer.from('302e020100300506032b657004220420', 'hex'));
    expect(() => createKey(dir, 'publish', 'other')).toThrow('EEXIST');
  });

  it('is refused when it is missing, damaged, or another role or key than it says', () => {
    expect(() => openKey(dir, 'timestamp')).toThrow(expect.objectContaining({ code: 'KEYS_MISSING' }));
    createKey(dir, 'timestamp');
    const file = path.join(dir, 'timestamp.key.json');
    const good = JSON.parse(readFileSync(file, 'utf8'));
    for (const damage of [{ role: 'root' }, { keyid: 'x' }, { private: 'AAAA' }, { protection: { kind: 'rot13' } }]) {
      writeFileSync(file, JSON.stringify({ ...good, ...damage }));
      expect(() => openKey(dir, 'timestamp')).toThrow(expect.objectContaining({ code: 'KEYS_UNREADABLE' }));
    }
  });
});

let plane: ControlPlane;
let acme: OrganizationSeed;
let ada: PersonSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let version: ServerVersionSeed;
let root: RootPayload;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  ada = await acme.admin('ada');
  riley = await acme.reviewer('riley');
  const payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  version = await (await payments.developer('ci')).publishes(`${payments.namespace}/ledger`, '1.0.0');
  const envelope = await plane.get(TrustService).establish(acme.system(), acme.slug);
  const verified = verifyRootChain(envelope, [], { organization: acme.slug, verify: verifyEd25519 });
  if (!verified.ok) throw new Error(verified.error.message);
  root = verified.value;
});

const production = () => acme.environment('production');
const publish = () => plane.get(BundlePublisher).publishNow(ada.context(), production());
const grantGreet = async () => {
  await plane.get(RegistryService).setEndpoint(olivia.context(), {
    version: version.ref,
    environment: 'production',
    transport: 'streamable-http',
    url: 'https://ledger.example.com/mcp',
  });
  await plane.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
  await plane.get(AgentService).issueToken(olivia.context(), { agent: 'bot' });
  const server = { byName: version.name };
  const grant = { agent: 'bot', server, environment: 'production', tools: ['greet'] };
  return plane.get(GrantService).create(olivia.context(), grant);
};

async function accept(trust: TrustState | null = null) {
  await plane.get(BundleHeads).refresh(production().id);
  const head = await plane.get(BundleHeads).current(production().id);
  const bundle = await plane.prisma.bundle.findFirstOrThrow({
    where: { environmentId: production().id },
    orderBy: { serial: 'desc' },
  });
  const accepted = acceptUpdate({
    root,
    audience: { organization: acme.slug, environment: 'production' },
    verify: verifyEd25519,
    now: plane.clock.now(),
    trust,
    timestampBytes: head?.body ?? new Uint8Array(),
    bundleBytes: bundle.envelope,
  });
  if (!accepted.ok) throw new Error(`${accepted.error.code}: ${accepted.error.message}`);
  return accepted.value;
}

describe('publishing policy', () => {
  it('compiles and signs what a gateway accepts with the stored root, update after update', async () => {
    await version.reaches('active', { owner: olivia, reviewer: riley });
    await publish();
    const first = await accept();
    expect(first.bundle).toMatchObject({ epoch: 1, serial: 1, previous: null });
    await grantGreet();
    await publish();
    const second = await accept(first.trust);
    expect(second.bundle).toMatchObject({ serial: 2, previous: first.trust.bundleSha256 });
    expect(JSON.stringify(second.bundle.state)).toContain('https://ledger.example.com/mcp');
    expect(JSON.stringify(first.bundle.state)).not.toContain('ledger.example.com');
  });

  it('makes no new revision of an unchanged policy, until it must be signed again in time', async () => {
    const id = await publish();
    expect(await publish()).toBe(id);
    plane.clock.advance(11 * HOUR_MS);
    expect(await publish()).toBe(id);
    plane.clock.advance(HOUR_MS);
    expect(await publish()).not.toBe(id);
    const rows = await plane.prisma.bundle.findMany({ where: { environmentId: production().id } });
    expect(new Set(rows.map((row) => row.stateDigest)).size).toBe(1);
  });

  it('of one environment is not held up by another whose policy does not compile', async () => {
    await version.reaches('active', { owner: olivia, reviewer: riley });
    const [bad, good] = [acme.environment('staging'), production()];
    const endpoint = {
      organizationId: acme.id,
      versionId: version.id,
      environmentId: bad.id,
      updatedAt: plane.clock.now(),
    };
    const url = 'https://user:secret@ledger.example.com/mcp';
    await plane.prisma.endpoint.create({
      data: { id: `ept_${count}`, transport: 'streamable-http', url, ...endpoint },
    });
    const all = plane.get(BundlePublisher).publishAll(acme.system());
    await expect(all).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(await plane.get(BundleStore).newest(bad.id)).toBeNull();
    expect(await plane.get(BundleStore).newest(good.id)).toMatchObject({ serial: 1 });
  });

  it('is signed again for every organization at a start after a long stop, whatever one of them cannot do', async () => {
    const first = await plane.get(BundleStore).byId(acme.id, await publish());
    const broken = await seed(plane).organization(`broken${count}`);
    const copied = await plane.get(TrustService).establish(acme.system(), acme.slug);
    // a root whose keys this process does not hold, nor even a signature that fits the name
    await plane.get(PrismaService).trustRoot.create({
      data: { organizationId: broken.id, version: 1, envelope: Buffer.from(copied), createdAt: plane.clock.now() },
    });
    plane.clock.advance(2 * DAY_MS);
    const failed: string[] = [];
    const runtime = plane.get(Runtime);
    await plane.get(BundlePublisher).publishEverywhere(
      (organizationId) => runtime.systemContext(organizationId),
      (organizationId) => failed.push(organizationId),
    );
    const newest = await plane.get(BundleStore).newest(production().id);
    expect(newest?.serial).toBe((first?.serial ?? 0) + 1);
    expect(newest?.stateDigest).toBe(first?.stateDigest);
    expect(failed).toContain(broken.id);
    expect(failed).not.toContain(acme.id);
  });

  it('is refused under the root of another organization, also when that one has just been used', async () => {
    const other = await seed(plane).organization(`other${count}`);
    const copied = await plane.get(TrustService).establish(acme.system(), acme.slug);
    await plane.prisma.trustRoot.create({
      data: { organizationId: other.id, version: 1, envelope: Buffer.from(copied), createdAt: plane.clock.now() },
    });
    await plane.get(TrustService).signingMaterial(acme.id);
    await expect(plane.get(TrustService).signingMaterial(other.id)).rejects.toThrow('does not verify');
  });

  it('never makes two revisions with one number, whoever publishes at once', async () => {
    const another = new BundlePublisher(
      plane.get(AccessService),
      plane.get(TransactionRunner),
      plane.get(PolicyInputReadModel),
      plane.get(TrustService),
      plane.get(AuditLog),
    );
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 ? another : plane.get(BundlePublisher)).publishNow(ada.context(), production()),
      ),
    );
    expect(new Set(all).size).toBe(1);
    const rows = await plane.prisma.bundle.findMany({ where: { environmentId: production().id } });
    expect(rows.map((row) => row.serial)).toEqual([1]);
  });

  it('keeps what was published as it is', async () => {
    await publish();
    await expect(plane.prisma.$executeRawUnsafe('UPDATE bundles SET serial = 9')).rejects.toThrow('append-only');
    await expect(plane.prisma.$executeRawUnsafe('DELETE FROM bundles')).rejects.toThrow('append-only');
  });

  it('is for administrators and on the record', async () => {
    for (const who of [olivia, riley]) {
      const refused = plane.get(BundlePublisher).publishNow(who.context(), production());
      await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    await publish();
    const lines = { organizationId: acme.id, action: 'bundle.publish' };
    expect(await plane.prisma.auditEvent.count({ where: lines })).toBe(1);
  });

  it('hands an object out within its own environment only', async () => {
    await publish();
    const [row] = await plane.prisma.bundle.findMany({ where: { environmentId: production().id } });
    const sha256 = row?.sha256 ?? '';
    expect(await plane.get(BundleStore).object(production().id, sha256)).not.toBeNull();
    expect(await plane.get(BundleStore).object(acme.environment('staging').id, sha256)).toBeNull();
  });

  it('is refused with keys the root does not name', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-keys-'));
    for (const role of ['publish', 'timestamp'] as const) createKey(dir, role);
    const foreign = new TrustService(plane.prisma, plane.get(TransactionRunner), new SigningKeyLocation(dir));
    await expect(foreign.signingMaterial(acme.id)).rejects.toMatchObject({ code: 'KEYS_FOREIGN' });
    rmSync(dir, { recursive: true, force: true });
  });
});

describe('the head of an environment', () => {
  const heads = () => plane.get(BundleHeads);

  it('is nothing before the first bundle, and then the same until something changes', async () => {
    expect(await heads().current(production().id)).toBeNull();
    await publish();
    const head = await heads().current(production().id);
    expect(await heads().current(production().id)).toBe(head);
    expect(await heads().changed(production().id, head?.etag, 0)).toBeNull();
    expect(await heads().changed(production().id, '"other"', 0)).toBe(head);
  });

  it('is signed again every minute, so that it does not expire while nothing happens', async () => {
    await publish();
    const before = await heads().current(production().id);
    plane.clock.advance(MINUTE_MS);
    const after = await heads().current(production().id);
    expect(after?.etag).not.toBe(before?.etag);
    plane.clock.advance(DAY_MS);
    expect((await accept()).timestamp.serial).toBe(1);
  });

  it('wakes a waiting poll when it is refreshed', async () => {
    await publish();
    const head = await heads().current(production().id);
    const poll = heads().changed(production().id, head?.etag, 20_000);
    await version.reaches('active', { owner: olivia, reviewer: riley });
    await grantGreet();
    await publish();
    const began = Date.now();
    await heads().refresh(production().id);
    expect((await poll)?.etag).not.toBe(head?.etag);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('carries the kill list before any compile, and its number never falls', async () => {
    await version.reaches('active', { owner: olivia, reviewer: riley });
    await publish();
    const hold = (verb: 'quarantine' | 'release') =>
      plane.get(HoldService)[verb](riley.context(), { version: version.ref, reason: 'It leaks.' });
    const kill = async () => {
      await heads().refresh(production().id);
      return (await accept()).timestamp.kill;
    };
    expect(await kill()).toEqual({ sequence: 0, deny: [] });
    await hold('quarantine');
    const denied = { alias: 'ledger', version: '1.0.0', tool: null, reason: 'It leaks.' };
    expect(await kill()).toEqual({ sequence: 1, deny: [denied] });
    await hold('release');
    expect(await kill()).toEqual({ sequence: 2, deny: [] });
  });

  it('is not put back by a read that began earlier and was signed later', async () => {
    await publish();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    class SlowTrust extends TrustService {
      override async signingMaterial(organizationId: string) {
        if (++calls === 1) await gate;
        return super.signingMaterial(organizationId);
      }
    }
    const location = new SigningKeyLocation(plane.keysDir);
    const slow = new BundleHeads(
      plane.prisma,
      new SlowTrust(plane.prisma, plane.get(TransactionRunner), location),
      plane.get(Runtime),
    );
    const early = slow.refresh(production().id);
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve));
    await version.reaches('active', { owner: olivia, reviewer: riley });
    await grantGreet();
    await publish();
    await slow.refresh(production().id);
    release();
    await early;
    const head = await slow.current(production().id);
    const envelope = JSON.parse(Buffer.from(head?.body ?? []).toString());
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toMatchObject({ serial: 2 });
  });
});
