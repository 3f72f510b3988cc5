import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { call, callJson } from './call.fixture.js';
import { COMMANDS, GROUPS } from './commands/index.js';
import { VERSION } from './version.js';

describe('the command line', () => {
  it('prints its version, which is the one of its package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(version);
    expect(await call(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists every command in help, and promises the exit codes', async () => {
    const { exitCode, stdout } = await call(['--help']);
    expect(exitCode).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name.split(' ')[0]}\\b`, 'm'));
    expect(stdout).toContain('70 a bug of rollcall');
  });

  it('describes every group, and every command in its own help', async () => {
    for (const { name, summary } of COMMANDS) {
      const words = name.split(' ');
      if (words.length > 1) expect(GROUPS[words[0] ?? '']).toBeTruthy();
      const { exitCode, stdout } = await call([...words, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`Usage: rollcall ${name}`);
      expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
    }
  });

  it.each([
    [[]],
    [['nope']],
    [['bundle']],
    [['bundle', 'nope']],
    [['diff', 'one.json']],
    [['diff', 'a', 'b', 'c']],
    [['inspect', 'a', '--nope']],
    [['inspect', 'a', '--format', 'xml']],
    [['diff', 'a', 'b', '--fail-on', 'sometimes']],
    [['promote', 'com.acme/x']],
    [['promote', 'com.acme/x@1', '--approval', 'pay=maybe']],
    [['deprecate', 'com.acme/x@1', '--sunset', '2027-01-01']],
    [['deprecate', 'com.acme/x@1', '--no-successor']],
    [['deprecate', 'com.acme/x@1', '--no-successor', '--sunset', '2027-02-31']],
    [['decommission', 'com.acme/x@1', '--override']],
    [['quarantine', 'com.acme/x@1', '--reason', ' ']],
    [['endpoints', 'set', 'com.acme/x@1', '--environment', 'e']],
    [['endpoints', 'set', 'com.acme/x@1', '--environment', 'e', '--url', 'u', '--launcher', 'l']],
    [['whoami', '--url', 'ftp://host', '--token', 't']],
  ])('exits 2 on wrong use: %j', async (argv) => {
    const { exitCode, stdout, stderr } = await call(argv);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error\[\w+\]: .+\nnext: .+\n$/s);
  });

  it('prints one envelope for wrong use too', async () => {
    const { exitCode, envelope } = await callJson(['diff', 'one.json']);
    expect(exitCode).toBe(2);
    expect(envelope).toMatchObject({ schemaVersion: '1', command: 'diff', data: null, error: { code: 'USAGE' } });
  });

  it('takes --format before the command too', async () => {
    const { stdout } = await call(['--format', 'json', 'inspect', '/nonexistent']);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'inspect', error: { code: 'FILE_NOT_FOUND' } });
  });

  it('exits 3 without an account, before it connects to anything', async () => {
    for (const argv of [['whoami'], ['servers', 'list'], ['inspect', 'registry:com.acme/x@1.0.0']]) {
      const { exitCode, envelope } = await callJson(argv);
      expect({ argv, exitCode }).toEqual({ argv, exitCode: 3 });
      expect(envelope.error).toMatchObject({ code: 'UNAUTHENTICATED', docs: null, requestId: null });
    }
  });

  it('exits 4 when nothing listens', async () => {
    const { exitCode, envelope } = await callJson(['whoami', '--url', 'http://127.0.0.1:9', '--token', 't']);
    expect(exitCode).toBe(4);
    expect(envelope.error).toMatchObject({ code: 'NETWORK' });
  });

  it('exits 2 on a setting that is wrong, and does not repeat its value', async () => {
    const env = { ROLLCALL_URL: 'hunter2', ROLLCALL_TOKEN: 't', XDG_CONFIG_HOME: '/nonexistent' };
    const { exitCode, envelope, stdout } = await callJson(['whoami'], { env });
    expect(exitCode).toBe(2);
    expect(envelope.error?.code).toBe('CONFIG_INVALID');
    expect(stdout).not.toContain('hunter2');
  });
});
