import { Injectable } from '@nestjs/common';
import { DownloadFailed, guardedDownload } from '@rollcall/mcp-client';
import { z } from 'zod';
import type { ExchangeScope } from './domain-exchange.service.js';
import { ExchangeRecords } from './exchange.records.prisma.js';
import { ProofAccountRecords } from './proof-account.records.prisma.js';
import { ProofNetwork } from './proof-network.js';
import { exchangeInvalid, exchangeNotOffered, proofFailed } from './proofs.errors.js';
import type { IssuedToken } from './registry-tokens.service.js';

/** Which of the optional ways to sign in this installation offers. Nest token. */
export class ExchangeOffers {
  constructor(
    /** Base URL of the code host's API; null: `github-at` is not offered. */
    readonly githubApiUrl: string | null,
    /** Tokens for the anonymous namespace without any proof; for development. */
    readonly anonymous: boolean,
  ) {}
}

/** The namespace that needs no proof where that is offered. */
export const ANONYMOUS_NAMESPACE = 'io.modelcontextprotocol.anonymous';

const LOGIN = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);
const USER = z.object({ login: LOGIN });
const MEMBERSHIPS = z.array(
  z.object({ state: z.string(), role: z.string(), organization: z.object({ login: LOGIN }) }),
);
const TOKEN = /^[\x21-\x7e]{1,512}$/;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/** Registry tokens for accounts of a code host, and for nobody in particular. */
@Injectable()
export class AccountExchange {
  constructor(
    private readonly offers: ExchangeOffers,
    private readonly network: ProofNetwork,
    private readonly accounts: ProofAccountRecords,
    private readonly records: ExchangeRecords,
  ) {}

  /** For an access token of the configured code host: the user's own names and those of organizations they administer. */
  async exchangeAccessToken(scope: ExchangeScope, accessToken: string): Promise<IssuedToken> {
    const api = this.offers.githubApiUrl;
    if (api === null) {
      throw exchangeNotOffered(
        'access tokens of a code host',
        'Use another way to sign in; an operator offers this one with ROLLCALL_GITHUB_API_URL.',
      );
    }
    if (!TOKEN.test(accessToken)) throw exchangeInvalid('"github_token" must be an access token.');
    const { login } = await this.ask(`${api}/user`, accessToken, USER);
    const orgs = await this.ask(`${api}/user/memberships/orgs?state=active&per_page=100`, accessToken, MEMBERSHIPS);
    const administered = orgs
      .filter((one) => one.state === 'active' && (one.role === 'admin' || one.role === 'owner'))
      .map((one) => one.organization.login);
    const owners = [login, ...administered];
    const namespaces = [...new Set(owners.flatMap((name) => [name, name.toLowerCase()]))].map(
      (name) => `io.github.${name}`,
    );
    const subject = login.toLowerCase();
    const proof = { method: 'github', subject, namespaces, below: false, detail: { login } } as const;
    const principal = await this.accounts.enter(scope.organizationId, scope.requestId, proof);
    const serverNames = namespaces.map((name) => `${name}/*`);
    return this.records.issue({ ...scope, principal }, { method: 'github-at', subject: login, serverNames });
  }

  /** For whoever asks, where an operator allows it. */
  async exchangeNothing(scope: ExchangeScope): Promise<IssuedToken> {
    if (!this.offers.anonymous) {
      throw exchangeNotOffered('tokens without a proof', 'Use another way to sign in, such as dns.');
    }
    const subject = 'anonymous';
    const proof = { method: 'none', subject, namespaces: [ANONYMOUS_NAMESPACE], below: false } as const;
    const principal = await this.accounts.enter(scope.organizationId, scope.requestId, proof);
    const serverNames = [`${ANONYMOUS_NAMESPACE}/*`];
    return this.records.issue({ ...scope, principal }, { method: 'none', subject, serverNames });
  }

  private async ask<T>(url: string, accessToken: string, shape: z.ZodType<T>): Promise<T> {
    const { policy, ca } = this.network.settings;
    try {
      const answer = await guardedDownload(url, {
        network: policy,
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        resolve: this.network.resolve,
        headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
        ...(ca === undefined ? {} : { ca }),
      });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
        throw proofFailed('The code host does not accept this access token.', 'Sign in there again, and try again.');
      }
      if (answer.status !== 200) throw unreadable(`it answered HTTP ${answer.status}`);
      const read = shape.safeParse(JSON.parse(Buffer.from(answer.body).toString('utf8')));
      if (!read.success) throw unreadable('its answer has another shape than expected');
      return read.data;
    } catch (error) {
      if (error instanceof DownloadFailed) throw unreadable(error.message);
      if (error instanceof SyntaxError) throw unreadable('its answer is not JSON');
      throw error;
    }
  }
}

const unreadable = (why: string) =>
  proofFailed(`The code host did not say who this is: ${why}.`, 'Try again later, or ask the operator.');
