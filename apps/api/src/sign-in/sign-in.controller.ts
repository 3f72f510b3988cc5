import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Runtime, unauthenticated } from '@rollcall/access';
import { Refusal } from '@rollcall/kernel';
import { asSystem } from '@rollcall/persistence';
import { SessionService, SignInService } from '@rollcall/sessions';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PUBLIC_ADDRESSES, type PublicAddresses } from '../http/public-addresses.module.js';
import { clearCookie, readCookie, setCookie, WORD_HEADER } from './auth-cookies.js';

const ATTEMPT_COOKIE_MS = 10 * 60_000;

/** Signing in with a browser: `/auth/...`. */
@Controller('auth')
export class SignInController {
  private readonly secure: boolean;

  constructor(
    private readonly signIns: SignInService,
    private readonly sessions: SessionService,
    private readonly runtime: Runtime,
    @Inject(PUBLIC_ADDRESSES) addresses: PublicAddresses,
  ) {
    this.secure = addresses.console?.startsWith('https:') ?? false;
  }

  /** Sends the browser to the identity provider. */
  @Get('sign-in')
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { returnTo } = request.query as { returnTo?: string };
    try {
      const { url, browser } = await asSystem(() => this.signIns.begin(returnTo));
      const expires = new Date(this.runtime.clock.now().getTime() + ATTEMPT_COOKIE_MS);
      reply.header('set-cookie', setCookie('sign-in', browser, { secure: this.secure, expires }));
      return reply.header('cache-control', 'no-store').redirect(url, 302);
    } catch (error) {
      return this.backWith(reply, error);
    }
  }

  /** Where the provider sends the browser back to. */
  @Get('callback')
  async complete(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const browser = readCookie('sign-in', request.headers.cookie, this.secure);
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const userAgent = request.headers['user-agent'] ?? '';
    try {
      const { session, returnTo } = await asSystem(() =>
        this.signIns.complete({ query, browser, userAgent, requestId: request.id }),
      );
      const cookie = setCookie('session', session.cookie, { secure: this.secure, expires: session.expiresAt });
      reply.header('set-cookie', [cookie, clearCookie('sign-in', this.secure)]);
      return reply.header('cache-control', 'no-store').redirect(returnTo, 302);
    } catch (error) {
      return this.backWith(reply, error);
    }
  }

  /** For a page that was just loaded: whether there is a provider, and the word of its session when there is one. */
  @Get('session')
  async session(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const cookie = readCookie('session', request.headers.cookie, this.secure);
    // another site's page may not read the answer; one that tries is not even told that somebody is signed in
    const site = request.headers['sec-fetch-site'];
    const own = site === undefined || site === 'same-origin';
    const word = own ? await asSystem(() => this.sessions.wordFor(cookie)) : null;
    return reply.header('cache-control', 'no-store').send({ provider: this.signIns.available, word });
  }

  /** Ends the session, or with `everywhere` every session of its user. */
  @Post('sign-out')
  @HttpCode(204)
  async end(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Body() body?: { everywhere?: unknown } | null,
  ) {
    const cookie = readCookie('session', request.headers.cookie, this.secure);
    const word = [request.headers[WORD_HEADER]].flat()[0];
    const owner = await asSystem(() => this.sessions.authenticate(cookie, word));
    if (!owner) throw unauthenticated();
    await asSystem(() => this.sessions.end(owner, body?.everywhere === true, request.id));
    return reply.header('set-cookie', clearCookie('session', this.secure)).status(204).send();
  }

  /** A person is looking at this: the page says what went wrong, instead of a bare document. */
  private backWith(reply: FastifyReply, error: unknown) {
    if (!(error instanceof Refusal)) throw error;
    reply.header('set-cookie', clearCookie('sign-in', this.secure));
    return reply.header('cache-control', 'no-store').redirect(`/sign-in?refused=${error.code}`, 302);
  }
}
