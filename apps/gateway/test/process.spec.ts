import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayStage } from './gateway.fixture.js';

const stage = new GatewayStage();
const root = join(import.meta.dirname, '../../..');

beforeAll(() => stage.open());
afterAll(() => stage.close());

function start(over: Record<string, string> = {}): { child: ChildProcess; output: () => string; errors: () => string } {
  const texts = { out: '', err: '' };
  const child = fork(join(root, 'apps/gateway/src/main.ts'), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--import', join(root, 'tools/typescript.mjs')],
    env: {
      PATH: process.env['PATH'],
      ROLLCALL_GATEWAY_PORT: '0',
      ROLLCALL_GATEWAY_STATE_DIR: join(stage.folder, 'process-state'),
      ROLLCALL_GATEWAY_ROOT_FILE: join(stage.folder, 'root.json'),
      ROLLCALL_GATEWAY_TOKEN: 'gateway-token',
      ROLLCALL_ORGANIZATION: 'acme',
      ROLLCALL_API_URL: stage.plane.url,
      ...over,
    },
  });
  child.stdout?.on('data', (chunk) => {
    texts.out += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    texts.err += String(chunk);
  });
  return { child, output: () => texts.out, errors: () => texts.err };
}

async function readyUrl({ child, output, errors }: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const line = output()
      .split('\n')
      .find((one) => one.startsWith('{"ready":true'));
    if (line !== undefined) return (JSON.parse(line) as { url: string }).url;
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${errors()}`);
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  }
}

describe('the gateway process', () => {
  it('says when and where it is ready, serves, and ends by itself on SIGTERM', async () => {
    const running = start();
    const url = await readyUrl(running);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    running.child.kill('SIGTERM');
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(0);
  });

  it('ends when the parent that started it over IPC goes away', async () => {
    const running = start();
    await readyUrl(running);
    running.child.disconnect();
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(0);
  });

  it('names every missing variable and exits 78', async () => {
    const running = start({ ROLLCALL_GATEWAY_TOKEN: '', ROLLCALL_ORGANIZATION: '' });
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(78);
    expect(running.errors()).toContain('ROLLCALL_GATEWAY_TOKEN');
    expect(running.errors()).toContain('ROLLCALL_ORGANIZATION');
  });

  it('does not start with a root of trust of somebody else', async () => {
    const running = start({ ROLLCALL_ORGANIZATION: 'globex' });
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(1);
    expect(running.errors()).toContain('root of trust');
  });
});
