import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import { contractOfRecord, type RecordedContract, readRecorded, recordedFile } from '../../contracts/recorded.js';
import { captureOffer } from './capture.js';
import { type RecordedServer, SERVERS } from './servers.js';

/*
 * Installs every recorded version again, asks it for its tools and compares with the record. A difference is news about
 * the package (its dependencies moved), not a fault of ours; RECORD=write takes it over. Needs the package registry.
 */
const INSTALL_TIMEOUT_MS = 180_000;
const write = process.env['RECORD'] === 'write';
let root: string;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rollcall-recorded-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function install(server: RecordedServer, version: string): string {
  const folder = path.join(root, `${server.name}-${version}`);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags, `${server.package}@${version}`], { cwd: folder, stdio: 'pipe' });
  return path.join(folder, 'node_modules', server.package, server.entry);
}

async function record(server: RecordedServer, version: string): Promise<RecordedContract> {
  const entry = install(server, version);
  const work = mkdtempSync(path.join(root, 'work-'));
  const args = server.args.map((each) => (each === 'FOLDER' ? work : each));
  const { protocolVersion, ...offer } = await captureOffer(entry, args, work);
  return {
    package: server.package,
    version,
    recordedAt: new Date().toISOString().slice(0, 10),
    launch: ['node', server.entry, ...server.args].join(' '),
    protocolVersion,
    offer,
  };
}

describe.each(SERVERS)('$name', (server) => {
  it.each(server.versions)(
    '%s still offers what was recorded',
    async (version) => {
      const now = await record(server, version);
      const { contract } = buildContract(now.offer);
      if (write) writeFileSync(recordedFile(server.name, version), `${JSON.stringify(now, null, 2)}\n`);
      expect(contract.digest).toBe(contractOfRecord(readRecorded(server.name, version)).contract.digest);
    },
    INSTALL_TIMEOUT_MS,
  );
});
