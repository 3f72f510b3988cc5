import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readLaunchers } from './launchers.file.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-launchers-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  const file = path.join(folder, 'launchers.json');
  writeFileSync(file, JSON.stringify(content));
  return readLaunchers(file);
}

describe('the file of launchers', () => {
  it('names programs to start and Unix sockets to dial; without it there are none', () => {
    expect(read({ memory: { command: 'node' }, local: { socketPath: '/run/mcp.sock' } })).toEqual({
      memory: { command: 'node', args: [], env: {} },
      local: { socketPath: '/run/mcp.sock', path: '/mcp' },
    });
    expect(readLaunchers(undefined)).toEqual({});
  });

  it.each([
    { both: { command: 'node', socketPath: '/run/mcp.sock' } },
    { relative: { socketPath: 'mcp.sock' } },
    { neither: {} },
    { 'not a name': { command: 'node' } },
    { local: { socketPath: '/run/mcp.sock', path: 'mcp' } },
  ])('is refused as a whole when an entry is not understood: %j', (content) => {
    expect(() => read(content)).toThrow();
  });
});
