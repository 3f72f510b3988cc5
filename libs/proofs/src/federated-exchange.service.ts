import { Injectable, Optional } from '@nestjs/common';
import type { JsonObject } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { decodeJwt, errors } from 'jose';
import type { ExchangeScope } from './domain-exchange.service.js';
import { ExchangeRecords } from './exchange.records.prisma.js';
import { FederatedIdentity } from './federated-identity.port.js';
import { exchangeInvalid, exchangeNotOffered, namespaceUnclaimed, proofFailed } from './proofs.errors.js';
import type { IssuedToken } from './registry-tokens.service.js';

/** Issuer of the workflow tokens that `/auth/github-oidc` takes. */
export const WORKFLOW_ISSUER = 'https://token.actions.githubusercontent.com';

const MAX_TOKEN_CHARS = 16_384;
const OWNER = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;

/** Registry tokens for tokens of issuers that the organization trusts by its own rules. */
@Injectable()
export class FederatedExchange {
  constructor(
    private readonly prisma: PrismaService,
    private readonly records: ExchangeRecords,
    @Optional() private readonly identities?: FederatedIdentity,
  ) {}

  /** For a token of any issuer with a rule: the namespaces of the teams of the account that the rule names. */
  async exchange(scope: ExchangeScope, token: string): Promise<IssuedToken> {
    const { principal, scopes, claims } = await this.identified(scope, token);
    const serverNames = await this.namesOfTeams(scope.organizationId, principal.id);
    if (serverNames.length === 0) throw namespaceUnclaimed([`the teams of ${principal.handle}`]);
    const subject = subjectOf(claims);
    return this.records.issue({ ...scope, principal }, { method: 'oidc', subject, serverNames, scopes });
  }

  /** For a workflow's token: the same, and the names of the repository's owner when that namespace is known here. */
  async exchangeWorkflow(scope: ExchangeScope, token: string): Promise<IssuedToken> {
    if (unverified(token).iss !== WORKFLOW_ISSUER) {
      throw proofFailed('This is not a token of a workflow.', 'Send other tokens to /v0.1/auth/oidc.');
    }
    const { principal, scopes, claims } = await this.identified(scope, token);
    const owner = claims['repository_owner'];
    const serverNames = new Set(await this.namesOfTeams(scope.organizationId, principal.id));
    for (const name of await this.namesOfOwner(scope.organizationId, owner)) serverNames.add(name);
    if (serverNames.size === 0) throw namespaceUnclaimed([`io.github.${String(owner)}`]);
    const grant = { method: 'github-oidc', subject: subjectOf(claims), serverNames: [...serverNames], scopes } as const;
    return this.records.issue({ ...scope, principal }, grant);
  }

  private identified({ organizationId, requestId }: ExchangeScope, token: string) {
    if (!this.identities) {
      throw exchangeNotOffered('tokens of other issuers', 'Use another way to sign in, such as dns.');
    }
    unverified(token);
    return this.identities.exchange({ organizationId, token, requestId });
  }

  private async namesOfTeams(organizationId: string, principalId: string): Promise<string[]> {
    const teams = await this.prisma.teamMember.findMany({ where: { organizationId, principalId } });
    const where = { organizationId, teamId: { in: teams.map((row) => row.teamId) } };
    const rows = await this.prisma.namespace.findMany({ where, orderBy: { name: 'asc' } });
    return rows.map((row) => `${row.name}/*`);
  }

  private async namesOfOwner(organizationId: string, owner: unknown): Promise<string[]> {
    if (typeof owner !== 'string' || !OWNER.test(owner)) return [];
    const name = { in: [`io.github.${owner}`, `io.github.${owner.toLowerCase()}`] };
    const rows = await this.prisma.namespace.findMany({ where: { organizationId, name } });
    return rows.map((row) => `${row.name}/*`);
  }
}

const subjectOf = (claims: JsonObject): string => String(claims['sub']).slice(0, 300);

/** The claims as the sender wrote them: good for choosing a way, for nothing else. */
function unverified(token: string) {
  try {
    if (token.length <= MAX_TOKEN_CHARS) return decodeJwt(token);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
  }
  throw exchangeInvalid('"oidc_token" must be a JSON web token.');
}
