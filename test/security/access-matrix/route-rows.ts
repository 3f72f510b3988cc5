import { manifestOf } from '@rollcall/testing';
import { CATALOGUE_KEY } from './matrix-world.js';
import type { Ask, RouteRow } from './row.js';
import type { Target } from './targets.js';
import * as aim from './targets.js';

const json = { 'content-type': 'application/json' };
const get = (path: string): RouteRow => ({ ask: () => ({ method: 'GET', path }) });
const post = (path: string, body: unknown): RouteRow => ({
  ask: () => ({ method: 'POST', path, headers: json, body }),
});
const at = (t: Target) => encodeURIComponent(t['server'] ?? '');
const changes = (target: aim.TargetMaker, ask: (t: Target) => Omit<Ask, 'headers'>): RouteRow => ({
  target,
  ask: (t) => ({ headers: json, ...ask(t) }),
});
const reads = (path: (t: Target) => string): RouteRow => ({
  target: aim.ledger,
  ask: (t) => ({ method: 'GET', path: path(t) }),
});

/** Signing in and exchanging: nobody is known yet, so all are answered alike. */
function exchanges(base: string): [string, RouteRow][] {
  const proof = { domain: 'acme.example', timestamp: '2020-01-01T00:00:00Z', signed_timestamp: '00' };
  const bodies = {
    dns: proof,
    http: proof,
    oidc: { oidc_token: 'x' },
    'github-oidc': { oidc_token: 'x' },
    'github-at': { github_token: 'x' },
    none: {},
  };
  const real = base.replace(':organization', 'acme');
  return Object.entries(bodies).map(([kind, body]) => [
    `POST ${base}/auth/${kind}`,
    post(`${real}/auth/${kind}`, body),
  ]);
}

/** The MCP Registry API under one of its four addresses. */
function registryApi(base: string): [string, RouteRow][] {
  const real = base.replace(':organization', 'acme');
  const deleted = { status: 'deprecated', statusMessage: 'Use another.' };
  return [
    [`GET ${base}/servers`, get(`${real}/servers`)],
    [`GET ${base}/servers/:name/versions`, reads((t) => `${real}/servers/${at(t)}/versions`)],
    [`GET ${base}/servers/:name/versions/:version`, reads((t) => `${real}/servers/${at(t)}/versions/1.0.0`)],
    [`GET ${base}/x/dev.rollcall/servers`, get(`${real}/x/dev.rollcall/servers`)],
    [`GET ${base}/x/dev.rollcall/servers/:name`, reads((t) => `${real}/x/dev.rollcall/servers/${at(t)}`)],
    [`GET ${base}/health`, get(`${real}/health`)],
    [`GET ${base}/ping`, get(`${real}/ping`)],
    [`GET ${base}/version`, get(`${real}/version`)],
    [`POST ${base}/validate`, post(`${real}/validate`, {})],
    [
      `POST ${base}/publish`,
      changes(aim.freshName, (t) => ({
        method: 'POST',
        path: `${real}/publish`,
        body: manifestOf(t['server'] ?? '', '1.0.0'),
      })),
    ],
    [
      `PATCH ${base}/servers/:name/versions/:version/status`,
      changes(aim.copyOf('active'), (t) => ({
        method: 'PATCH',
        path: `${real}/servers/${at(t)}/versions/1.0.0/status`,
        body: deleted,
      })),
    ],
    [
      `PATCH ${base}/servers/:name/status`,
      changes(aim.copyOf('active'), (t) => ({
        method: 'PATCH',
        path: `${real}/servers/${at(t)}/status`,
        body: deleted,
      })),
    ],
    [
      `PUT ${base}/servers/:name/versions/:version`,
      changes(aim.ledger, (t) => ({ method: 'PUT', path: `${real}/servers/${at(t)}/versions/1.0.0`, body: {} })),
    ],
    [
      `DELETE ${base}/servers/:name/versions/:version`,
      changes(aim.ledger, (t) => ({ method: 'DELETE', path: `${real}/servers/${at(t)}/versions/1.0.0`, body: {} })),
    ],
    ...exchanges(base),
  ];
}

/** The catalogue for clients without credentials: the key is the credential. */
function catalogue(version: string): [string, RouteRow][] {
  const [base, real] = [`/catalogue/:key/${version}`, `/catalogue/${CATALOGUE_KEY}/${version}`];
  const wrong = `/catalogue/${'x'.repeat(CATALOGUE_KEY.length)}/${version}`;
  return [
    [`GET ${base}/servers`, get(`${real}/servers`)],
    [`GET ${base}/servers (wrong key)`, get(`${wrong}/servers`)],
    [`GET ${base}/servers/:name/versions`, reads((t) => `${real}/servers/${at(t)}/versions`)],
    [`GET ${base}/servers/:name/versions/:version`, reads((t) => `${real}/servers/${at(t)}/versions/1.0.0`)],
    [`GET ${base}/health`, get(`${real}/health`)],
    [`GET ${base}/ping`, get(`${real}/ping`)],
  ];
}

const STATUS = {
  gateway: 'acme-edge',
  bootId: 'boot-1',
  seq: 1,
  serial: 1,
  epoch: 1,
  bundleSha256: null,
  result: 'ack',
  error: null,
  appliedAt: null,
  rootVersion: 1,
  clockOffsetMs: null,
};
const NOON = '2026-11-20T12:00:00.000Z';
const USAGE = { gateway: 'acme-edge', bootId: 'boot-1', seq: 1, windowStart: NOON, windowEnd: NOON, calls: [] };

/** Signed bundles of an environment. The gateway among the callers is one of staging. */
function bundles(environment: string): [string, RouteRow][] {
  const [base, real] = ['/bundles/v1/:environment', `/bundles/v1/${environment}`];
  const object: RouteRow = {
    target: aim.bundleObject(environment),
    ask: (t) => ({ method: 'GET', path: `${real}/objects/${t['sha256']}` }),
  };
  return [
    [`GET ${base}/timestamp (${environment})`, get(`${real}/timestamp`)],
    [`GET ${base}/objects/:sha256 (${environment})`, object],
    [`GET ${base}/root/:version (${environment})`, get(`${real}/root/1`)],
    [`POST ${base}/status (${environment})`, post(`${real}/status`, STATUS)],
    [`POST ${base}/usage (${environment})`, post(`${real}/usage`, USAGE)],
  ];
}

/** A call of the registry's own MCP server, as clients of the former era send it: one message, no session. */
const mcp = (method: string, params: (t: Target) => object, target: aim.TargetMaker = aim.ledger): RouteRow => ({
  target,
  ask: (t) => ({
    method: 'POST',
    path: '/mcp',
    headers: { ...json, accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' },
    body: { jsonrpc: '2.0', id: 1, method, params: params(t) },
  }),
});
const tool = (name: string, args: (t: Target) => object) => mcp('tools/call', (t) => ({ name, arguments: args(t) }));

const MCP: [string, RouteRow][] = [
  ['ALL /mcp (tool search_servers)', tool('search_servers', () => ({}))],
  ['ALL /mcp (tool search_tools)', tool('search_tools', () => ({ search: 'wipe' }))],
  ['ALL /mcp (tool get_server)', tool('get_server', (t) => ({ server: t['server'] }))],
  ['ALL /mcp (tool get_tool)', tool('get_tool', (t) => ({ server: t['server'], tool: 'wipe' }))],
  ['ALL /mcp (tool can_i)', tool('can_i', (t) => ({ server: t['server'], version: '1.0.0', step: 'deprecated' }))],
  ['ALL /mcp (resources)', mcp('resources/list', () => ({}))],
  [
    'ALL /mcp (a resource)',
    mcp('resources/read', (t) => ({ uri: `rollcall://servers/${encodeURIComponent(t['server'] ?? '')}` })),
  ],
  ['ALL /mcp (GET)', { ask: () => ({ method: 'GET', path: '/mcp', headers: { accept: 'text/event-stream' } }) }],
];

const OTHERS: [string, RouteRow][] = [
  ['GET /graphql', get('/graphql?query=%7Bviewer%7Bprincipal%7Bhandle%7D%7D%7D')],
  ['POST /graphql', post('/graphql', { query: '{ __schema { queryType { name } } }' })],
  ['GET /auth/sign-in', get('/auth/sign-in')],
  ['GET /auth/callback', get('/auth/callback?code=x&state=y')],
  ['GET /auth/session', get('/auth/session')],
  ['POST /auth/sign-out', post('/auth/sign-out', {})],
  ['POST /auth/federation/token', post('/auth/federation/token', { token: 'x' })],
  ['POST /o/:organization/auth/federation/token', post('/o/acme/auth/federation/token', { token: 'x' })],
  ['GET /audit/v1/export', get('/audit/v1/export')],
  ['GET /audit/v1/keys', get('/audit/v1/keys')],
  ['GET /exports/v1/managed-settings.json', get('/exports/v1/managed-settings.json')],
  ['GET /exports/v1/backstage.yaml', get('/exports/v1/backstage.yaml')],
  ['GET /exports/v1/servers/:name|:namespace/page.md', reads((t) => `/exports/v1/servers/${at(t)}/page.md`)],
  [
    'GET /exports/v1/servers/:name|:namespace/:name/page.md',
    reads((t) => `/exports/v1/servers/${t['server']}/page.md`),
  ],
  ['GET /openapi.yaml', get('/openapi.yaml')],
  ['GET /healthz', get('/healthz')],
  ['GET /readyz', get('/readyz')],
  ['GET /metrics', get('/metrics')],
  ...[
    '/',
    '/servers',
    '/servers*',
    '/checks',
    '/checks*',
    '/gateways',
    '/notices',
    '/policy',
    '/audit',
    '/notices',
    '/policy',
    '/sign-in',
    '/index.html',
  ].map((page): [string, RouteRow] => [`GET ${page}`, get(page.replace('*', '/com.acme.payments%2Fledger'))]),
];

/** Every route of the api, aimed at what belongs to the team payments. */
export const ROUTE_ROWS: Readonly<Record<string, RouteRow>> = Object.fromEntries([
  ...OTHERS,
  ...MCP,
  ...bundles('staging'),
  ...bundles('production'),
  ...catalogue('v0.1'),
  ...catalogue('v0'),
  ...['/v0.1', '/v0', '/o/:organization/v0.1', '/o/:organization/v0'].flatMap(registryApi),
]);
