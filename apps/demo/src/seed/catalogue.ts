import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { SeedOrder } from './seed-order.js';

/** How far along its life the demo brings a version. */
type Target = 'in_review' | 'staging' | 'active';

/** One version of the demo: its manifest, where it runs, and how far it goes. */
export type DemoVersion = {
  server: string;
  version: string;
  alias: string;
  manifest: JsonObject;
  endpoint: { transport: 'streamable_http'; url: string } | { transport: 'stdio'; launcher: string };
  target: Target;
  /** Decisions of the reviewer for tools that may destroy something. */
  approvalRules: Record<string, 'none' | 'human'>;
};

/** What the demo's agent may call. */
export type DemoGrant = { server: string; versions: string; tools: string[] };

export const NAMESPACES = ['com.acme.payments', 'com.acme.tools'];
export const AGENT = { slug: 'demo-agent', name: 'Demo agent' };
export const CONTACT = 'mailto:payments-oncall@acme.example';

/** Refunds need a person; the tools of the two reference servers work on sample data only. */
const REFUNDS = { create_refund: 'human' } as const;
const SAMPLE_DATA = { '*': 'none' } as const;

/** Every version of the demo in the order in which it is published, with the addresses of this machine filled in. */
export function demoVersions(order: SeedOrder): DemoVersion[] {
  const payments = (version: string, target: Target): DemoVersion => {
    const url = order.paymentsUrls[version];
    if (url === undefined) throw new Error(`the demo servers do not serve payments ${version}`);
    return remote(`payments-${version}`, { alias: 'payments', url, target, approvalRules: REFUNDS });
  };
  return [
    payments('1.0.0', 'active'),
    payments('1.1.0', 'in_review'),
    payments('2.0.0', 'staging'),
    remote('everything', {
      alias: 'everything',
      url: order.everythingUrl,
      target: 'active',
      approvalRules: SAMPLE_DATA,
    }),
    {
      ...described('memory'),
      alias: 'memory',
      endpoint: { transport: 'stdio', launcher: order.memoryLauncher },
      target: 'active',
      approvalRules: SAMPLE_DATA,
    },
  ];
}

export const GRANTS: DemoGrant[] = [
  { server: 'com.acme.payments/payments', versions: '^1.0.0', tools: ['get_payment', 'list_payments'] },
  { server: 'com.acme.tools/everything', versions: '2026.8.31', tools: ['echo', 'get-sum'] },
  { server: 'com.acme.tools/memory', versions: '2026.8.31', tools: ['read_graph', 'search_nodes'] },
];

type Remote = { alias: string; url: string; target: Target; approvalRules: DemoVersion['approvalRules'] };

function remote(file: string, { url, ...rest }: Remote): DemoVersion {
  const { manifest, ...named } = described(file);
  const remotes = Array.isArray(manifest['remotes']) ? manifest['remotes'] : [];
  const filledIn = remotes.map((one: JsonValue) => (isJsonObject(one) ? { ...one, url } : one));
  return {
    ...named,
    ...rest,
    manifest: { ...manifest, remotes: filledIn },
    endpoint: { transport: 'streamable_http', url },
  };
}

function described(file: string): { manifest: JsonObject; server: string; version: string } {
  const manifest = JSON.parse(
    readFileSync(new URL(`../../manifests/${file}.json`, import.meta.url), 'utf8'),
  ) as JsonObject;
  return { manifest, server: String(manifest['name']), version: String(manifest['version']) };
}
