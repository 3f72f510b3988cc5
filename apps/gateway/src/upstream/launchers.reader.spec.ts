import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { readLaunchers } from './launchers.reader.js';

it('takes the programs of a file that a worker reads as well, and leaves its Unix sockets alone', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-launchers-'));
  const file = path.join(folder, 'launchers.json');
  await writeFile(file, JSON.stringify({ memory: { command: 'node' }, local: { socketPath: '/run/mcp.sock' } }));
  const launchers = await readLaunchers(file);
  await rm(folder, { recursive: true });
  expect([...launchers]).toEqual([['memory', { command: 'node', args: [], env: {} }]]);
});
