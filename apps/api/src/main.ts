import 'reflect-metadata';
import { SigningKeyLocation } from '@rollcall/bundles';
import { configWarnings, exitOnConfigError, loadApiConfig } from '@rollcall/config';
import { systemClock } from '@rollcall/kernel';
import { NotificationSettings } from '@rollcall/notifications';
import { createLogger, createMetrics, serveInternal } from '@rollcall/observability';
import { ExchangeOffers, loadPackageRegistries, ProofNetwork, TokenKeyLocation } from '@rollcall/proofs';
import { SignInSettings } from '@rollcall/sessions';
import { createApi } from './api.application.js';
import { HealthController } from './health/health.controller.js';

const config = await exitOnConfigError(() => loadApiConfig());
const logger = createLogger({ service: 'api', level: config.logLevel });
for (const warning of configWarnings(config)) logger.warn(warning);

const metrics = createMetrics('api');
const app = await createApi({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  keys: new SigningKeyLocation(config.keysDir, config.keysPassphrase),
  clock: systemClock(config.clockOffsetMs),
  logger,
  metrics,
  allowedOrigins: config.allowedOrigins,
  consoleDir: config.consoleDir,
  proofs: {
    network: new ProofNetwork({
      policy: { allowPrivate: config.allowPrivateNetworks },
      dnsServers: config.dnsServers,
    }),
    tokenKey: new TokenKeyLocation(config.keysDir, config.keysPassphrase),
    offers: new ExchangeOffers(config.githubApiUrl ?? null, config.registryAuthNone === 'allow'),
    registries: await exitOnConfigError(() => loadPackageRegistries(config.packageRegistries)),
  },
  notifications: new NotificationSettings({ secretsKeyFile: config.secretsKeyFile, publicUrl: config.publicUrl }),
  signIn: new SignInSettings(
    config.oidcIssuer !== undefined && config.oidcClientId !== undefined
      ? {
          issuer: config.oidcIssuer,
          clientId: config.oidcClientId,
          clientSecret: config.oidcClientSecret,
          scopes: config.oidcScopes,
          redirectUri: `${config.publicUrl}/auth/callback`,
          organization: config.oidcOrganization,
          unknownUsers: config.oidcUnknownUsers,
        }
      : null,
  ),
  trustedProxies: config.trustedProxies,
  addresses: { console: config.publicUrl ?? null, gateway: config.gatewayPublicUrl ?? null },
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await app.close();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// started by a supervisor: when it is gone, even by SIGKILL, nothing is left behind
process.once('disconnect', stop);

if (config.internalPort !== undefined) {
  const checks = app.get(HealthController).checks;
  await serveInternal({ host: config.host, port: config.internalPort, checks, metrics });
}
await app.listen(config.port, config.host);
process.stdout.write(`${JSON.stringify({ ready: true, url: await app.getUrl() })}\n`);
