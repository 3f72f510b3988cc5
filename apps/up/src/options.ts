import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '@rollcall/config';
import { errorCode } from './error-code.js';
import { wrongUse } from './up.errors.js';

/** What `npm run up` was asked to do: flags win over the environment. */
export type UpOptions = {
  host: string;
  port: number;
  gatewayHost: string;
  gatewayPort: number;
  dataDir: string;
  demo: boolean;
};

const FLAGS = {
  port: { type: 'string' },
  'gateway-port': { type: 'string' },
  'data-dir': { type: 'string' },
  'no-demo': { type: 'boolean' },
  // taken by scripts/up.mjs; known here so that one line of arguments serves both
  detach: { type: 'boolean' },
  'no-build': { type: 'boolean' },
} as const;

/** Reads the flags. Refuses an unknown flag or an impossible port with `UP_WRONG_USE`. */
export function readOptions(args: readonly string[], config: Config): UpOptions {
  const flags = parse(args);
  const options = {
    host: config.host,
    port: portOf(flags.port, '--port') ?? config.port,
    gatewayHost: config.gatewayHost,
    gatewayPort: portOf(flags['gateway-port'], '--gateway-port') ?? config.gatewayPort,
    dataDir: path.resolve(flags['data-dir'] ?? config.dataDir),
    demo: flags['no-demo'] !== true,
  };
  if (options.port === options.gatewayPort) throw wrongUse('--port and --gateway-port must differ.');
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: false }).values;
  } catch (error) {
    if (error instanceof Error && errorCode(error).startsWith('ERR_PARSE_ARGS'))
      throw wrongUse(error.message.split('\n')[0] ?? '');
    throw error;
  }
}

function portOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw wrongUse(`${flag} must be a port from 1 to 65535, not "${text}".`);
  return port;
}
