import type { GraphqlRow } from './row.js';
import {
  apiToken,
  breakGlass,
  delivery,
  federationRule,
  grant,
  ledger,
  mirror,
  notice,
  transfer,
  webhook,
} from './targets.js';

const version = (t: Readonly<Record<string, string>>) => ({ byId: t['versionId'] });

/** Every query of the schema, aimed at what belongs to the team payments. A word in brackets tells rows of one field apart. */
export const QUERY_ROWS: Readonly<Record<string, GraphqlRow>> = {
  'Query.viewer': {},
  'Query.agents': { target: grant },
  'Query.auditEvents': { variables: () => ({ first: 100, orderBy: 'NEWEST_FIRST' }) },
  'Query.bundle': { variables: () => ({ environment: 'staging' }) },
  'Query.check': { target: ledger, variables: (t) => ({ id: t['check'] }) },
  'Query.inspection': { target: ledger, variables: (t) => ({ id: t['inspection'] }) },
  'Query.tools': {},
  'Query.tools (of one server)': { target: ledger, variables: (t) => ({ where: { server: t['server'] } }) },
  'Query.gateways': { shows: /acme-edge/ },
  'Query.policy': {},
  'Query.policyRevisions': { variables: () => ({ first: 20 }) },
  'Query.policyDryRun': { variables: () => ({ document: { allowedTransports: ['stdio'] } }) },
  'Query.serverTransfers': { target: transfer, variables: () => ({ first: 20 }), toldTo: ['mkt-dev', 'mkt-maint'] },
  'Query.teams': {},
  'Query.principals': { variables: () => ({ first: 20 }) },
  'Query.apiTokens': { target: apiToken, variables: () => ({ first: 20 }), shows: /payments-ci/ },
  'Query.federationRules': { target: federationRule },
  'Query.canI': {
    target: ledger,
    variables: (t) => ({ input: { version: version(t), to: 'deprecated', noSuccessor: true } }),
  },
  'Query.breakGlassRequests': { target: breakGlass, variables: () => ({ first: 20 }), shows: /Down\./ },
  'Query.mirrors': { target: mirror, shows: /acme-mirror/ },
  'Query.webhooks': { target: webhook },
  'Query.deliveries': { target: delivery, variables: (t) => ({ where: { webhook: t['webhook'] } }), shows: /dlv_/ },
  'Query.notices': { target: notice },
  'Query.catalogueAccess': {},
  'Query.servers': {},
  'Query.server (by name)': { target: ledger, variables: (t) => ({ ref: { byName: t['server'] } }) },
  'Query.server (by id)': { target: ledger, variables: (t) => ({ ref: { byId: t['serverId'] } }) },
  'Query.version (by name)': {
    target: ledger,
    variables: (t) => ({ ref: { byName: { server: t['server'], version: '1.0.0' } } }),
  },
  'Query.version (by id)': { target: ledger, variables: (t) => ({ ref: version(t) }) },
  'Query.environments': { shows: /staging/ },
  'Query.namespaces': {},
};
