import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RuntimeModule } from '@rollcall/access';
import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import { PersistenceModule, PrismaService } from '@rollcall/persistence';
import { type ControlPlane, openControlPlane, seed } from '@rollcall/testing';
import { SignInSettings } from './oidc.adapter.js';
import { SESSION_MAX_MS } from './session.js';
import { SessionService } from './session.service.js';
import { SessionsModule } from './sessions.module.js';

describe('sessions that are over', () => {
  let plane: ControlPlane;
  let app: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>;

  beforeAll(async () => {
    plane = await openControlPlane();

    @Module({
      imports: [
        PersistenceModule.forRoot({ url: plane.url, clock: plane.clock }),
        RuntimeModule.forRoot(plane.clock),
        SessionsModule.forRoot(new SignInSettings(null)),
      ],
    })
    class OnlySessions {}
    app = await NestFactory.createApplicationContext(OnlySessions, { logger: false, abortOnError: false });
  });
  afterAll(async () => {
    await app?.close();
    await plane?.close();
  });

  it('are deleted a day after their end, with sign-ins that were never finished; others stay', async () => {
    const [sessions, prisma] = [app.get(SessionService), app.get(PrismaService)];
    const acme = await seed(plane).organization('acme');
    const olivia = await (await acme.team('payments')).maintainer('olivia');
    const owner = { organizationId: acme.id, principalId: olivia.id, userAgent: 'a browser' };
    const begin = () => prisma.$transaction((tx) => sessions.begin(tx, owner));
    const attempt = (stateSha256: string) =>
      prisma.signInAttempt.create({
        data: {
          stateSha256,
          organizationId: acme.id,
          browserSha256: stateSha256,
          codeVerifier: 'v',
          nonce: 'n',
          returnTo: '/',
          expiresAt: new Date(plane.clock.now().getTime() + HOUR_MS),
        },
      });
    await begin();
    await attempt('a'.repeat(64));
    plane.clock.advance(SESSION_MAX_MS + HOUR_MS);
    await begin();
    await attempt('b'.repeat(64));
    expect(await sessions.purge()).toBe(0);
    plane.clock.advance(DAY_MS - HOUR_MS + 1);
    expect(await sessions.purge()).toBe(1);
    expect(await prisma.session.count()).toBe(1);
    expect((await prisma.signInAttempt.findMany()).map((one) => one.stateSha256)).toEqual(['b'.repeat(64)]);
  });
});
