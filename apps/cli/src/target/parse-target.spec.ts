import { describe, expect, it } from '@jest/globals';
import { parseTarget, parseVersionName } from './parse-target.js';
import { splitCommand } from './split-command.js';

describe('the target grammar', () => {
  it.each([
    ['-', { kind: 'stdin' }],
    ['./server.json', { kind: 'file', path: './server.json' }],
    ['contract.json', { kind: 'file', path: 'contract.json' }],
    ['C:\\contract.json', { kind: 'file', path: 'C:\\contract.json' }],
    ['https://mcp.example.com/mcp', { kind: 'url', url: 'https://mcp.example.com/mcp' }],
    ['http://127.0.0.1:3001/mcp', { kind: 'url', url: 'http://127.0.0.1:3001/mcp' }],
    ['wss://mcp.example.com/mcp', { kind: 'socket', url: 'wss://mcp.example.com/mcp' }],
    ['unix:/run/mcp.sock', { kind: 'unix', socketPath: '/run/mcp.sock', path: '/mcp' }],
    ['unix:/run/mcp.sock:/v2/mcp', { kind: 'unix', socketPath: '/run/mcp.sock', path: '/v2/mcp' }],
    ['stdio:node server.js "a b"', { kind: 'stdio', command: 'node', args: ['server.js', 'a b'] }],
    ['registry:com.acme/x@1.0.0', { kind: 'registry', server: 'com.acme/x', version: '1.0.0' }],
    ['registry:com.acme/x@env:production', { kind: 'environment', server: 'com.acme/x', environment: 'production' }],
  ])('reads %s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it('takes further words of a stdio command as they are', () => {
    expect(parseTarget('stdio:npx', ['-y', '@acme/mcp', 'a b'])).toEqual({
      kind: 'stdio',
      command: 'npx',
      args: ['-y', '@acme/mcp', 'a b'],
    });
  });

  it.each([
    '',
    'stdio:',
    'stdio:   ',
    'stdio:node "open',
    'registry:x',
    'registry:@1',
    'ftp://x/y',
    'https://',
    'http://u:p@h/mcp',
    'ws://u:p@h/mcp',
    'wss://',
    'unix:',
    'unix:relative.sock',
  ])('refuses %p', (text) => {
    expect(() => parseTarget(text)).toThrow();
  });

  it('never repeats credentials of a URL it refuses', () => {
    expect(() => parseTarget('https://user:hunter2@host/mcp')).toThrow(/^(?!.*hunter2).*credentials/);
  });

  it('takes the last @ for the version', () => {
    expect(parseVersionName('io.github.a/b@c@2.0.0')).toEqual({ server: 'io.github.a/b@c', version: '2.0.0' });
    expect(parseVersionName('registry:com.acme/x@1.0.0')).toEqual({ server: 'com.acme/x', version: '1.0.0' });
  });
});

describe('splitting a command', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a"b"'c'`, ['abc']],
    ['a\\ b c', ['a b', 'c']],
    [`''`, ['']],
    ['a $(x) `y` | z > w', ['a', '$(x)', '`y`', '|', 'z', '>', 'w']],
    [`'a\\b'`, ['a\\b']],
  ])('%s', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });
});
