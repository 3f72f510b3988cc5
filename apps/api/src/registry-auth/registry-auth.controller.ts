import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { Refusal } from '@rollcall/kernel';
import { AccountExchange, DomainExchange, FederatedExchange } from '@rollcall/proofs';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ExchangeScopes } from './exchange-scopes.js';
import { REGISTRY_AUTH_PATHS } from './registry-auth.catalogue.js';

const TEXT = z.string().min(1).max(20_000);
const DOMAIN_PROOF = z.object({ domain: TEXT, timestamp: TEXT, signed_timestamp: TEXT });
const OIDC_TOKEN = z.object({ oidc_token: TEXT });
const ACCESS_TOKEN = z.object({ github_token: TEXT });

/** The token exchange of the MCP Registry API: a proof in, a registry token of five minutes out. */
@Controller(REGISTRY_AUTH_PATHS)
export class RegistryAuthController {
  constructor(
    private readonly scopes: ExchangeScopes,
    private readonly domains: DomainExchange,
    private readonly accounts: AccountExchange,
    private readonly federated: FederatedExchange,
  ) {}

  @Post('dns')
  @HttpCode(200)
  dns(@Req() request: FastifyRequest, @Body() body: unknown) {
    return this.byDomain('dns', request, body);
  }

  @Post('http')
  @HttpCode(200)
  http(@Req() request: FastifyRequest, @Body() body: unknown) {
    return this.byDomain('http', request, body);
  }

  @Post('oidc')
  @HttpCode(200)
  async oidc(@Req() request: FastifyRequest, @Body() body: unknown) {
    const { oidc_token } = read(OIDC_TOKEN, body);
    return this.federated.exchange(await this.scopes.of(request), oidc_token);
  }

  @Post('github-oidc')
  @HttpCode(200)
  async workflow(@Req() request: FastifyRequest, @Body() body: unknown) {
    const { oidc_token } = read(OIDC_TOKEN, body);
    return this.federated.exchangeWorkflow(await this.scopes.of(request), oidc_token);
  }

  @Post('github-at')
  @HttpCode(200)
  async accessToken(@Req() request: FastifyRequest, @Body() body: unknown) {
    const { github_token } = read(ACCESS_TOKEN, body);
    return this.accounts.exchangeAccessToken(await this.scopes.of(request), github_token);
  }

  /** The stock publisher sends no body here, and no content type. */
  @Post('none')
  @HttpCode(200)
  async none(@Req() request: FastifyRequest) {
    return this.accounts.exchangeNothing(await this.scopes.of(request));
  }

  private async byDomain(method: 'dns' | 'http', request: FastifyRequest, body: unknown) {
    const { domain, timestamp, signed_timestamp: signedTimestamp } = read(DOMAIN_PROOF, body);
    const proof = { domain, timestamp, signedTimestamp };
    return this.domains.exchange(await this.scopes.of(request), method, proof);
  }
}

function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new Refusal({
    code: 'INVALID_REQUEST',
    message: `The body is not what this address takes: ${issues.join('; ')}`,
    nextStep: 'Send a JSON object with exactly the members this exchange is documented with.',
  });
}
