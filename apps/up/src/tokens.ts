import { createHash } from 'node:crypto';
import { readState, writeState } from './state-file.js';

/** The sign-ins of one installation. They are shown when issued and never again, so they are kept here, mode 0600. */
export type Tokens = {
  /** Which database they were issued in: another one has other principals. */
  database: string;
  demo: boolean;
  organization: string;
  environment: string;
  tokens: { admin: string; owner?: string; reviewer?: string; ci?: string; outsider?: string };
  gatewayToken: string;
  agentToken?: string;
};

/** What `bootstrap.main.js` answers; secrets only when it issued them. */
export type BootstrapAnswer = {
  organization: string;
  environment: string;
  tokens?: Partial<Tokens['tokens']>;
  gatewayToken?: string;
  created: boolean;
};

/** The kept tokens when they belong to this database and this kind of start; a damaged file counts as none. */
export function keptTokens(file: string, database: string, demo: boolean): Tokens | undefined {
  const kept = readState<Tokens>(file);
  if (kept === undefined || kept === 'damaged') return undefined;
  if (kept.database !== database || kept.demo !== demo) return undefined;
  return kept.gatewayToken && kept.tokens?.admin ? kept : undefined;
}

/** Adds what bootstrap answered to what was kept, and keeps it. Undefined when something is still missing. */
export function mergeTokens(
  kept: Tokens | undefined,
  answer: BootstrapAnswer,
  start: { database: string; demo: boolean },
): Tokens | undefined {
  const tokens = { ...kept?.tokens, ...answer.tokens };
  const gatewayToken = answer.gatewayToken ?? kept?.gatewayToken;
  if (tokens.admin === undefined || gatewayToken === undefined) return undefined;
  const { organization, environment } = answer;
  if (kept && kept.organization !== organization) return undefined;
  const agentToken = kept?.agentToken === undefined ? {} : { agentToken: kept.agentToken };
  return {
    ...start,
    organization,
    environment,
    tokens: { ...tokens, admin: tokens.admin },
    gatewayToken,
    ...agentToken,
  };
}

/** Keeps the tokens for the next start. */
export function keepTokens(file: string, tokens: Tokens): void {
  writeState(file, tokens);
}

/** Names a database without its password; the embedded one has another port at every start. */
export function databaseName(externalUrl: string | undefined): string {
  if (externalUrl === undefined) return 'embedded';
  const url = new URL(externalUrl);
  return createHash('sha256').update(`${url.host}${url.pathname}${url.search}`).digest('hex').slice(0, 16);
}
