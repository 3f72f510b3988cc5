import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule, OrganizationSetup, Runtime, RuntimeModule } from '@rollcall/access';
import { BundlePublisher, BundlesModule, SigningKeyLocation, TrustService } from '@rollcall/bundles';
import { exitOnConfigError, loadApiConfig } from '@rollcall/config';
import { GatewayService, GatewaysModule } from '@rollcall/gateways';
import { Refusal, systemClock } from '@rollcall/kernel';
import { createLogger, NestLogger } from '@rollcall/observability';
import { migrateDeploy, PersistenceModule } from '@rollcall/persistence';
import { organizationPlan } from './bootstrap/organization-plans.js';

/** The gateway that comes with an installation. */
const GATEWAY = { name: 'local', environment: 'production' };

const { values: flags } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    demo: { type: 'boolean', default: false },
    reissue: { type: 'boolean', default: false },
    /** A further organization with its first administrator, beside those that are there. */
    organization: { type: 'string' },
    name: { type: 'string' },
  },
});
const config = await exitOnConfigError(() => loadApiConfig());
const dataDir = resolve(flags['data-dir'] ?? config.dataDir);
const keysDir = flags['data-dir'] === undefined ? config.keysDir : join(dataDir, 'keys');
const keys = new SigningKeyLocation(keysDir, config.keysPassphrase);

@Module({
  imports: [
    PersistenceModule.forRoot({ url: config.databaseUrl }),
    RuntimeModule.forRoot(systemClock(config.clockOffsetMs)),
    BundlesModule.forRoot(keys),
    AccessModule,
    GatewaysModule,
  ],
})
class BootstrapModule {}

/** Migrates, then sets up what is missing: organization, principals, keys, trust root, gateway, first bundles. */
async function bootstrap(): Promise<object> {
  await migrateDeploy(config.databaseUrl, join(import.meta.dirname, '../../../../prisma/migrations'));
  const logger = new NestLogger(createLogger({ service: 'bootstrap', level: 'warn' }));
  const app = await NestFactory.createApplicationContext(BootstrapModule, { logger, abortOnError: false });
  try {
    const runtime = app.get(Runtime);
    const { plan, further } = organizationPlan(flags);
    const setup = await app.get(OrganizationSetup).apply(runtime, plan, { reissue: flags.reissue, further });
    const ctx = runtime.systemContext(setup.organizationId);
    const root = await app.get(TrustService).establish(ctx, plan.slug);
    mkdirSync(join(dataDir, 'trust'), { recursive: true });
    writeFileSync(join(dataDir, 'trust', further ? `root-${plan.slug}.json` : 'root.json'), root);
    const gatewayToken = await gatewayTokenFor(app.get(GatewayService), ctx);
    await app.get(BundlePublisher).publishAll(ctx);
    const { organizationId: _, ...rest } = setup;
    return { organization: plan.slug, environment: GATEWAY.environment, ...rest, ...gatewayToken };
  } finally {
    await app.close();
  }
}

async function gatewayTokenFor(gateways: GatewayService, ctx: Parameters<GatewayService['enroll']>[0]) {
  try {
    return { gatewayToken: (await gateways.enroll(ctx, GATEWAY)).token };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'GATEWAY_EXISTS') throw error;
    return flags.reissue ? { gatewayToken: await gateways.reissueToken(ctx, GATEWAY.name) } : {};
  }
}

/** A database that cannot be used, in a sentence; null for anything else. */
function databaseRefusal(error: unknown): Refusal | null {
  const code = (error as { code?: unknown }).code;
  const known = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', '28P01', '28000', '3D000', '42501'];
  if (typeof code !== 'string' || !known.includes(code)) return null;
  return new Refusal({
    code: 'DATABASE_UNUSABLE',
    message: `PostgreSQL cannot be used (${code}): ${(error as Error).message || 'no answer'}.`,
    nextStep: 'Check that it runs, and address, user, password and rights in ROLLCALL_DATABASE_URL.',
  });
}

try {
  process.stdout.write(`${JSON.stringify(await bootstrap())}\n`);
} catch (error) {
  const refusal = error instanceof Refusal ? error : databaseRefusal(error);
  if (!refusal) throw error;
  process.stderr.write(`${refusal.code}: ${refusal.message} ${refusal.nextStep}\n`);
  process.exitCode = 2;
}
