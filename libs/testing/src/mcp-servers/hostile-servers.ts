import { Resolver } from 'node:dns/promises';
import { startDnsServer } from '../network/index.js';
import type { McpServerBehaviour } from './behaviour.js';
import {
  catastrophicPatterns,
  countlessValues,
  deepSchema,
  duplicateKeys,
  endlessEvents,
  endlessQuestions,
  endlessResumption,
  gzipBomb,
  headerFlood,
  lyingContentType,
  recursiveSchemas,
  redirecting,
  repeatedAnswers,
  shapeShifter,
  slowDrip,
  wrongId,
} from './hostile-presets.js';
import { endlessPages, failingList, hugeFrame, lyingAboutVersion, malformedList, neverAnswering } from './presets.js';
import { startMcpServer } from './start-mcp-server.js';

const GIGABYTE = 1_000_000_000;

/** Servers that mean harm, by name; each is a behaviour of {@link startMcpServer}. */
export const HOSTILE_SERVERS = {
  'slow drip': slowDrip(),
  'never answering': neverAnswering(),
  'endless pages': endlessPages('fresh'),
  'repeating page': endlessPages('repeating'),
  'giant document': hugeFrame(GIGABYTE, 'document'),
  'giant event': hugeFrame(GIGABYTE, 'event'),
  'endless events': endlessEvents('notification'),
  'endless comments': endlessEvents('comment'),
  'endless questions': endlessQuestions(),
  'endless resumption': endlessResumption(),
  'countless members': countlessValues('members'),
  'countless properties': countlessValues('properties'),
  'gzip bomb': gzipBomb(GIGABYTE),
  'header flood': headerFlood(),
  'deep schema': deepSchema(),
  'recursive schemas': recursiveSchemas(),
  'catastrophic patterns': catastrophicPatterns(),
  'malformed list': malformedList('no-input-schema'),
  'redirect to link-local': redirecting(),
  'JSON called an image': lyingContentType('image'),
  'JSON called events': lyingContentType('events'),
  'a page called JSON': lyingContentType('page'),
  'unknown version': lyingAboutVersion(),
  'shape shifter': shapeShifter(),
  'failing list': failingList(),
  'duplicate keys': duplicateKeys(),
  'wrong id': wrongId(),
  'repeated answers': repeatedAnswers(),
} satisfies Record<string, McpServerBehaviour>;

export type HostileServerName = keyof typeof HOSTILE_SERVERS;

/** A name that is another machine at every question; `resolve` asks its name server, `questions` are those it was asked. */
export type RebindingServer = {
  url: string;
  resolve(hostname: string): Promise<string[]>;
  questions: string[];
  openSockets(): number;
  close(): Promise<void>;
};

/** Starts a real server whose name leads to these addresses, one after the other, then to the last for ever. */
export async function startRebindingServer(
  addresses: readonly string[] = ['127.0.0.1', '169.254.169.254'],
): Promise<RebindingServer> {
  const server = await startMcpServer({ speaks: 'legacy' });
  let asked = 0;
  const dns = await startDnsServer({
    'rebinding.test': () => ({ a: [addresses[Math.min(asked++, addresses.length - 1)] ?? '127.0.0.1'] }),
  });
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([dns.server]);
  return {
    url: server.url.replace('127.0.0.1', 'rebinding.test'),
    resolve: (hostname) => resolver.resolve4(hostname),
    questions: dns.questions,
    openSockets: server.openSockets,
    close: async () => {
      await Promise.all([server.close(), dns.close()]);
    },
  };
}
