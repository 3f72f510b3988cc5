import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** What a server says about itself, exactly as it came over its standard output. */
export type CapturedOffer = {
  protocolVersion: string;
  capabilities: JsonObject;
  instructions: string | null;
  tools: JsonValue[];
};

/** The oldest client there is asks here: what a recorded contract contains must not depend on a client of ours. */
const PROTOCOL_VERSION = '2025-11-25';
const TIMEOUT_MS = 60_000;
const MAX_PAGES = 50;

/** Starts the program with no inherited environment, asks for all its tools and stops it. */
export async function captureOffer(entry: string, args: readonly string[], cwd: string): Promise<CapturedOffer> {
  const env = { PATH: '/usr/bin:/bin', HOME: cwd, MEMORY_FILE_PATH: `${cwd}/memory.json` };
  const child = spawn(process.execPath, [entry, ...args], { cwd, env, stdio: 'pipe' });
  const ended = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  try {
    return await ask(new Conversation(child));
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    await ended;
  }
}

async function ask(server: Conversation): Promise<CapturedOffer> {
  const clientInfo = { name: 'recorder', version: '1.0.0' };
  const hello = await server.call('initialize', { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo });
  server.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const tools: JsonValue[] = [];
  let cursor: JsonValue | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await server.call('tools/list', typeof cursor === 'string' ? { cursor } : {});
    tools.push(...(Array.isArray(result['tools']) ? result['tools'] : []));
    cursor = result['nextCursor'];
    if (typeof cursor !== 'string') break;
  }
  const { capabilities, instructions, protocolVersion } = hello;
  return {
    protocolVersion: String(protocolVersion),
    capabilities: capabilities !== undefined && isJsonObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : null,
    tools,
  };
}

/** Requests one after the other over the standard streams of a process. */
class Conversation {
  private nextId = 1;
  private readonly lines: AsyncIterator<string>;
  private said = '';

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-2_000);
    });
  }

  send(message: JsonObject): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async call(method: string, params: JsonObject): Promise<JsonObject> {
    const id = this.nextId++;
    this.send({ jsonrpc: '2.0', id, method, params });
    for (;;) {
      const { value: line, done } = await this.lines.next();
      if (done) throw new Error(`The server ended before it answered ${method}: ${this.said}`);
      const message = line.startsWith('{') ? (JSON.parse(line) as JsonObject) : {};
      if (message['id'] !== id || 'method' in message) continue;
      const result = message['result'];
      if (result === undefined || !isJsonObject(result)) throw new Error(`${method}: ${line.slice(0, 500)}`);
      return result;
    }
  }
}
