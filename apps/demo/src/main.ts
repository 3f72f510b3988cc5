import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PAYMENTS_VERSIONS, startDemoServers } from './servers/index.js';

const USAGE = 'Usage: demo --payments-port N --everything-port N';

function portOf(text: string | undefined): number {
  const port = Number(text);
  if (!/^\d+$/.test(text ?? '') || port < 1 || port > 65_535) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  return port;
}

const { values } = parseArgs({
  options: { 'payments-port': { type: 'string' }, 'everything-port': { type: 'string' } },
});
const servers = await startDemoServers({
  paymentsPort: portOf(values['payments-port']),
  everythingPort: portOf(values['everything-port']),
});

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void servers.close().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// A parent that dies cannot send a signal: its end is seen as the end of the IPC channel or of our input.
process.on('disconnect', stop);
const input = fstatSync(0);
// Only a pipe ends with its writer; a terminal or /dev/null says nothing about a parent.
if (process.channel === undefined && (input.isFIFO() || input.isSocket())) {
  process.stdin.on('end', stop).on('error', stop).resume();
}

const payments = Object.fromEntries(PAYMENTS_VERSIONS.map((version) => [version, servers.paymentsUrl(version)]));
process.stdout.write(`${JSON.stringify({ ready: true, payments, everything: servers.everythingUrl })}\n`);
