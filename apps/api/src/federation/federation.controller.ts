import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { FederationService } from '@rollcall/identity';
import { Refusal } from '@rollcall/kernel';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ExchangeScopes } from '../registry-auth/exchange-scopes.js';

const BODY = z.strictObject({ token: z.string().min(1).max(16_384), rule: z.string().min(1).max(64).optional() });

/** A token of a CI system in, an API token of fifteen minutes out. */
@Controller(['auth/federation', 'o/:organization/auth/federation'])
export class FederationController {
  constructor(
    private readonly scopes: ExchangeScopes,
    private readonly federation: FederationService,
  ) {}

  @Post('token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async token(@Req() request: FastifyRequest, @Body() body: unknown) {
    const parsed = BODY.safeParse(body);
    if (!parsed.success) throw bodyInvalid();
    const { organizationId, requestId } = await this.scopes.of(request);
    const signedIn = await this.federation.signIn({ organizationId, requestId, ...parsed.data });
    const { token, expiresAt, principal, rule, scopes } = signedIn;
    return { token, expiresAt: expiresAt.toISOString(), principal: principal.handle, rule: rule.name, scopes };
  }
}

const bodyInvalid = () =>
  new Refusal({
    code: 'INVALID_REQUEST',
    message: 'The body is { "token": "THE TOKEN", "rule": "NAME OF THE RULE" }, the rule only when several match.',
    nextStep: 'Send a JSON object with these members and no others.',
  });
