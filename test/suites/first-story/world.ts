import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, ROOT, type Service, startService } from '../child-processes.js';
import { Installation } from '../installation.js';

/** Names of the story. */
export const PAYMENTS = 'com.acme.payments/payments';
export const EVERYTHING = 'com.acme.tools/everything';
export const MEMORY = 'com.acme.tools/memory';
const REAL_VERSION = '2026.8.31';
export const realVersion = REAL_VERSION;

/** The running product of the first story: the control plane, a gateway, real MCP servers. */
export class World extends Installation {
  demo?: Service;

  constructor() {
    super();
    this.settings.worker = { ROLLCALL_STDIO_LAUNCHERS_FILE: this.launchersFile };
    this.settings.gateway = this.settings.worker;
  }

  /** The address of one version of the demo's payments server. */
  paymentsUrl(version: string): string {
    return (this.demo?.ready['payments'] as Record<string, string> | undefined)?.[version] ?? '';
  }

  get everythingUrl(): string {
    return this.demo?.ready['everything'] as string;
  }

  /** Real MCP servers, the control plane, then the gateway. */
  override async start(): Promise<void> {
    const [payments, everything] = [await freePort(), await freePort()];
    writeFileSync(this.launchersFile, JSON.stringify({ memory: memoryLauncher(this.dir) }));
    const args = ['--payments-port', String(payments), '--everything-port', String(everything)];
    this.demo = await startService('apps/demo/src/main.js', {}, args);
    await super.start();
    await this.startGateway();
  }

  override async stop(): Promise<void> {
    await this.demo?.stop();
    await super.stop();
  }

  private get launchersFile(): string {
    return path.join(this.dir, 'launchers.json');
  }
}

function memoryLauncher(dir: string) {
  const entry = path.join(ROOT, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js');
  return { command: process.execPath, args: [entry], env: { MEMORY_FILE_PATH: path.join(dir, 'memory.jsonl') } };
}
