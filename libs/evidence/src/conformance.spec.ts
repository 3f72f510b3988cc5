import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTestConfig } from '@rollcall/config';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  startMcpServer,
} from '@rollcall/testing';
import { ConformanceKitLocation, findKit, runScenario } from './conformance-kit.adapter.js';
import { type ConformanceScenario, readScenario } from './conformance-result.js';
import { NOT_TESTABLE_CHECKS, SCENARIO_SETS } from './conformance-scenario.catalogue.js';
import { ConformanceRunner, ConformanceService, EvidenceReadModel, ProvenReadModel } from './index.js';

const DIR = fileURLToPath(new URL('../../../integrations/conformance-kit', import.meta.url));
const kit = findKit(new ConformanceKitLocation(DIR));
if (kit === null) {
  if (loadTestConfig().requireConformance) throw new Error('The conformance kit is required and not installed.');
  process.stderr.write('without the conformance kit (npm run conformance-kit): its tests are skipped\n');
}
const withKit = kit === null ? describe.skip : describe;

let plane: ControlPlane;
let acme: OrganizationSeed;
let owner: PersonSeed;
let version: ServerVersionSeed;

beforeAll(async () => {
  plane = await openControlPlane(kit === null ? {} : { conformanceKitDir: DIR });
  acme = await seed(plane).organization('acme');
  const team = await acme.team('payments');
  owner = await team.maintainer('owner');
  version = await owner.publishes(`${team.namespace}/ledger`, '1.0.0');
});
afterAll(() => plane?.close());

async function runsAt(url: string): Promise<void> {
  const endpoint = { version: version.ref, environment: 'staging', transport: 'streamable-http' as const, url };
  await plane.get(RegistryService).setEndpoint(acme.system(), endpoint);
}

async function make(runner = plane.get(ConformanceRunner)) {
  const id = await plane.get(ConformanceService).request(owner.context(), { version: version.ref });
  await runner.run(id);
  return plane.get(EvidenceReadModel).conformanceRun(owner.context(), id);
}

const statuses = (scenarios: unknown) =>
  Object.fromEntries((scenarios as ConformanceScenario[]).map(({ name, status }) => [name, status]));

const NO_PROMPTS = 'prompts/list returned JSON-RPC error -32601: Method not found';

describe('what the suite left behind', () => {
  const checks = (...list: [id: string, status: string, message?: string][]) =>
    JSON.stringify(list.map(([id, status, errorMessage]) => ({ id, name: id, status, errorMessage })));

  it.each<[string, string, string]>([
    ['a check that passed', checks(['a', 'SUCCESS']), 'passed'],
    ['one that failed beside it', checks(['a', 'SUCCESS'], ['b', 'FAILURE', 'No.']), 'failed'],
    ['no check at all', '[]', 'skipped'],
    ['only skipped ones', checks(['a', 'SKIPPED'], ['b', 'INFO']), 'skipped'],
    ['only a warning', checks(['a', 'WARNING']), 'skipped'],
    ['nothing but well-formed messages', checks(['wire-schema-valid', 'SUCCESS'], ['a', 'SKIPPED']), 'skipped'],
    ['a check that cannot be made here', checks(['a', 'SUCCESS'], [NOT_TESTABLE_CHECKS[0] ?? '', 'FAILURE']), 'passed'],
    ['one for lists the server does not have', checks(['a', 'SUCCESS'], ['b', 'FAILURE', NO_PROMPTS]), 'passed'],
    ['one that says so itself', checks(['a', 'FAILURE', 'Not testable: no tool.']), 'skipped'],
  ])('is judged by its checks: %s', (_name, text, status) => {
    expect(readScenario('x', text)).toMatchObject({ ok: true, value: { name: 'x', status } });
  });

  it.each(['', '{', '{}', '[{"id":1}]'])('is no result when it cannot be read: %j', (text) => {
    expect(readScenario('x', text)).toMatchObject({ ok: false });
  });
});

describe('a suite that misbehaves', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rollcall-kit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A stand-in for the suite's Node that runs this shell text. */
  function standIn(shell: string) {
    const node = path.join(folder, 'node');
    writeFileSync(node, `#!/bin/sh\n${shell}\n`);
    chmodSync(node, 0o755);
    return { name: 'stand-in', dir: folder, node, entry: 'index.js' };
  }
  const ask = { url: 'http://127.0.0.1:9/x', scenario: 'ping', specVersion: '2025-11-25' };

  it('is given nothing of ours, and a folder of its own', async () => {
    process.env['ROLLCALL_HIDDEN'] = 'hidden';
    const report =
      'mkdir -p out/one; env | cut -d= -f1 | sort | tr "\\n" " " > names; printf \'[{"id":"%s","status":"SUCCESS"}]\' "$(cat names)" > out/one/checks.json';
    const seen = await runScenario(standIn(report), ask);
    delete process.env['ROLLCALL_HIDDEN'];
    expect(seen.checks[0]?.id.split(' ').filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_', ''].includes(name))).toEqual(
      ['HOME', 'NO_COLOR', 'TMPDIR'],
    );
  });

  it('is stopped, with what it started, when it does not end or writes without end', async () => {
    const endless = await runScenario(standIn('yes & sleep 100'), ask);
    expect(endless).toMatchObject({ status: 'skipped', reason: 'The suite wrote too much.' });
    const signal = AbortSignal.timeout(200);
    const silent = await runScenario(standIn('sleep 100 & sleep 100'), { ...ask, signal });
    expect(silent).toMatchObject({ status: 'skipped', reason: 'The run was stopped.' });
    expect(await runScenario(standIn('exit 3'), ask)).toMatchObject({ status: 'skipped' });
  });
});

describe('without a kit', () => {
  it('a run is refused with what to do next', async () => {
    expect(findKit(new ConformanceKitLocation(null))).toBeNull();
    expect(findKit(new ConformanceKitLocation('/nonexistent'))).toBeNull();
    if (kit !== null) return;
    await runsAt('http://127.0.0.1:9/mcp');
    expect(await make()).toMatchObject({ status: 'failed', code: 'CONFORMANCE_KIT_MISSING' });
  });
});

withKit('the real suite', () => {
  it('judges a modern server by what any server can be asked', async () => {
    const one = await startMcpServer({ tools: [GREET_TOOL] });
    await runsAt(one.url);
    const run = await make();
    await one.close();
    expect(run).toMatchObject({ status: 'completed', code: null, specVersion: '2026-07-28' });
    expect(run.kit).toBe('@modelcontextprotocol/conformance 0.2.0-alpha.12');
    expect(statuses(run.scenarios)).toMatchObject({ 'tools-list': 'passed', caching: 'passed' });
    expect(Object.keys(statuses(run.scenarios))).toEqual(SCENARIO_SETS.modern.scenarios);
    // no rule of ours about Host and Origin here: the server takes any, and is told so
    expect(statuses(run.scenarios)['dns-rebinding-protection']).toBe('failed');
    const subject = { id: version.id, organizationId: acme.id, serverId: (await version.row()).serverId };
    const proven = plane.get(ProvenReadModel);
    const staging = [acme.environment('staging').id];
    const known = await proven.conformance({ ...subject, approvedContractDigest: run.contractDigest }, staging);
    expect(known?.runId).toBe(run.id);
    expect(await proven.conformance({ ...subject, approvedContractDigest: 'sha256:other' }, staging)).toBeNull();
  });

  it('judges a legacy server by the scenarios of its era', async () => {
    const one = await startMcpServer({ tools: [GREET_TOOL], speaks: 'legacy' });
    await runsAt(one.url);
    const run = await make();
    await one.close();
    expect(run.specVersion).toBe('2025-11-25');
    expect(statuses(run.scenarios)).toMatchObject({ 'server-initialize': 'passed', ping: 'passed' });
  });
});
