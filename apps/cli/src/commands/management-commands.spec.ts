import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256Hex } from '@rollcall/contract';
import { auditHash, GENESIS_HASH } from '@rollcall/schema';
import { callJson } from '../call.fixture.js';
import { ScriptedControlPlane, VERSION, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

describe('management', () => {
  it('verifies and exports the audit log as it is streamed', async () => {
    const events: { [key: string]: unknown }[] = [];
    for (let sequence = 1; sequence <= 250; sequence++) {
      const record = {
        organizationId: 'org_1',
        sequence,
        id: `aud_${sequence}`,
        at: '2026-11-20T12:00:00.000Z',
        actorId: 'prn_1',
        actorHandle: 'ada',
        action: 'server.publish',
        subject: 'server:com.acme/x',
        outcome: 'done',
        requestId: 'req_1',
        data: {},
        previousHash: String(events.at(-1)?.['hash'] ?? GENESIS_HASH),
      };
      events.push({ ...record, hash: auditHash(record) });
    }
    plane.plain = (request, response) => {
      if (request.url !== '/audit/v1/export') return false;
      response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      return true;
    };
    expect(await plane.run('audit', 'verify')).toMatchObject({
      exitCode: 0,
      envelope: { data: { ok: true, length: 250 } },
    });
    expect((await plane.run('audit', 'export', '-o', 'audit.ndjson')).exitCode).toBe(0);
    expect((await callJson(['audit', 'verify', 'audit.ndjson'], { cwd: plane.cwd })).envelope.data).toMatchObject({
      length: 250,
    });
    events[120] = { ...events[120], actorHandle: 'mallory' };
    expect(await plane.run('audit', 'verify')).toMatchObject({ exitCode: 1, envelope: { data: { sequence: 121 } } });
  });

  it('tells the endpoint of a version from the control plane it is told to', async () => {
    let asked: unknown;
    plane.fields['endpointSet'] = ({ input }: { input: unknown }) => {
      asked = input;
      const environment = { id: 'env_1', name: 'production', kind: 'production' };
      return { endpoint: { id: 'ept_1', transport: 'streamable_http', url: 'http://up/mcp', environment }, errors: [] };
    };
    const argv = ['endpoints', 'set', 'com.acme/x@1.0.0', '--environment', 'production', '--url', 'http://up/mcp'];
    const { exitCode } = await callJson(['--url', plane.url, '--token', 't', ...argv], {
      env: { XDG_CONFIG_HOME: plane.cwd },
    });
    expect(exitCode).toBe(0);
    expect(asked).toMatchObject({ transport: 'streamable_http', url: 'http://up/mcp' });
    expect(plane.seen).toMatchObject([{ path: '/graphql', authorization: 'Bearer t' }]);
  });

  it('prints a token alone, so that it can be piped', async () => {
    plane.fields['agentTokenIssue'] = { token: 'rca_secret', errors: [] };
    const { stdout, stderr } = await plane.runText('agents', 'token', 'support');
    expect(stdout).toBe('rca_secret\n');
    expect(stderr).not.toContain('rca_secret');
  });

  it('lists servers over all pages', async () => {
    const row = (name: string) => ({
      ...VERSION.server,
      name,
      description: '',
      team: { slug: 't' },
      latestVersion: null,
      health: null,
    });
    plane.fields['servers'] = ({ after }: { after?: string }) => ({
      edges: [{ cursor: '', node: row(after === undefined || after === null ? 'com.acme/a' : 'com.acme/b') }],
      pageInfo: { hasNextPage: !after, endCursor: 'next' },
    });
    const { exitCode, stdout } = await plane.runText('servers', 'list');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/com\.acme\/a[\s\S]*com\.acme\/b/);
  });

  it('pulls a bundle, and refuses one that is not what the timestamp names', async () => {
    const bundle = '{"payload":"","payloadType":"x","signatures":[]}';
    const pointer = { bundle: { sha256: sha256Hex(bundle), length: bundle.length }, rootVersion: 2, serial: 3 };
    const payload = Buffer.from(JSON.stringify(pointer)).toString('base64');
    let served = bundle;
    plane.plain = (request, response) => {
      const files: Record<string, string> = {
        '/bundles/v1/live/timestamp': JSON.stringify({ payload, payloadType: 't', signatures: [] }),
        [`/bundles/v1/live/objects/${pointer.bundle.sha256}`]: served,
        '/bundles/v1/live/root/2': '{"root":2}',
      };
      const body = files[request.url ?? ''];
      response.writeHead(body === undefined ? 404 : 200).end(body ?? '');
      return true;
    };
    const pulled = await plane.run('bundle', 'pull', '--environment', 'live', '-o', 'policy');
    expect(pulled).toMatchObject({ exitCode: 0, envelope: { data: { serial: 3, rootVersion: 2 } } });
    expect(await readFile(path.join(plane.cwd, 'policy/bundle.json'), 'utf8')).toBe(bundle);
    expect(await readFile(path.join(plane.cwd, 'policy/root.json'), 'utf8')).toBe('{"root":2}');
    served = `${bundle} `;
    expect(await plane.run('bundle', 'pull', '--environment', 'live', '-o', 'other')).toMatchObject({ exitCode: 4 });
    await expect(stat(path.join(plane.cwd, 'other'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await plane.run('bundle', 'pull', '--environment', 'gone', '-o', 'other')).exitCode).toBe(2);
  });
});
