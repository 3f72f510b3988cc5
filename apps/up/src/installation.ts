import path from 'node:path';
import type { Config } from '@rollcall/config';
import type { Program } from './child.js';
import type { DataDirectory } from './data-directory.js';
import type { UpOptions } from './options.js';
import type { Tokens } from './tokens.js';

/** All that the programs are told: what was asked for, what was configured, and what the start has found out so far. */
export type Installation = {
  options: UpOptions;
  config: Config;
  data: DataDirectory;
  /** Where the compiled programs are. */
  dist: string;
  /** Variables of the person's shell that every program may see: where programs are found, language, time zone. */
  inherited: Record<string, string>;
  databaseUrl: string;
  launchersFile: string | undefined;
};

/** The programs of one installation, each with as little environment as it can work with. */
export class Programs {
  constructor(private readonly on: Installation) {}

  /** Where api and gateway answer on this machine. */
  static urls(options: UpOptions): { api: string; gateway: string } {
    return { api: listenUrl(options.host, options.port), gateway: listenUrl(options.gatewayHost, options.gatewayPort) };
  }

  bootstrap(reissue: boolean): Program {
    const { data, options } = this.on;
    const flags = [...(options.demo ? ['--demo'] : []), ...(reissue ? ['--reissue'] : [])];
    return {
      ...this.program('bootstrap', 'api/src/bootstrap.main.js', ['--data-dir', data.root, ...flags], {
        ...this.controlPlane(),
        ROLLCALL_GATEWAY_PUBLIC_URL: this.gatewayPublicUrl(),
      }),
      answersSecrets: true,
    };
  }

  api(): Program {
    const { options, config, dist } = this.on;
    return this.program('api', 'api/src/main.js', [], {
      ...this.controlPlane(),
      ROLLCALL_HOST: options.host,
      ROLLCALL_PORT: String(options.port),
      ROLLCALL_PUBLIC_URL: this.publicUrl(),
      ROLLCALL_INTERNAL_PORT: config.internalPort === undefined ? undefined : String(config.internalPort),
      ROLLCALL_CONSOLE_DIR: config.consoleDir ?? path.join(dist, 'console'),
      ROLLCALL_GATEWAY_PUBLIC_URL: this.gatewayPublicUrl(),
      ...this.inquiries(),
      ...this.visitors(),
    });
  }

  worker(): Program {
    return this.program('worker', 'worker/src/main.js', [], {
      ...this.database(),
      ROLLCALL_PUBLIC_URL: this.publicUrl(),
      ...this.reach(),
    });
  }

  gateway(tokens: Tokens): Program {
    const { options, config, data } = this.on;
    return this.program('gateway', 'gateway/src/main.js', [], {
      ROLLCALL_GATEWAY_HOST: options.gatewayHost,
      ROLLCALL_GATEWAY_PORT: String(options.gatewayPort),
      ROLLCALL_GATEWAY_PUBLIC_URL: this.gatewayPublicUrl(),
      ROLLCALL_GATEWAY_STATE_DIR: data.gatewayState,
      ROLLCALL_GATEWAY_ROOT_FILE: data.trustRoot,
      ROLLCALL_GATEWAY_TOKEN: tokens.gatewayToken,
      ROLLCALL_GATEWAY_NAME: config.gatewayName,
      ROLLCALL_ORGANIZATION: tokens.organization,
      ROLLCALL_ENVIRONMENT: tokens.environment,
      ROLLCALL_API_URL: Programs.urls(options).api,
      ...this.visitors(),
      ...this.reach(),
    });
  }

  demoServers(ports: { payments: number; everything: number }): Program {
    const args = ['--payments-port', String(ports.payments), '--everything-port', String(ports.everything)];
    return { ...this.program('demo', 'demo/src/main.js', args, {}), env: this.on.inherited };
  }

  seed(): Program {
    return { ...this.program('seed', 'demo/src/seed/main.js', [], {}), env: this.on.inherited, answersSecrets: true };
  }

  private program(name: string, script: string, args: string[], env: Record<string, string | undefined>): Program {
    const { dist, config, inherited } = this.on;
    const common = {
      ROLLCALL_LOG_LEVEL: config.logLevel,
      ROLLCALL_CLOCK_OFFSET: config.clockOffsetMs === 0 ? undefined : String(config.clockOffsetMs),
      ROLLCALL_REDIS_URL: config.redisUrl,
    };
    return {
      name,
      script: path.join(dist, 'apps', script),
      args,
      env: { ...inherited, ...defined({ ...common, ...env }) },
    };
  }

  private database(): Record<string, string | undefined> {
    return { ROLLCALL_DATABASE_URL: this.on.databaseUrl, ROLLCALL_DATA_DIR: this.on.data.root };
  }

  /** For those who sign: the worker does not get to know where the keys are. */
  private controlPlane(): Record<string, string | undefined> {
    const { data, config } = this.on;
    return {
      ...this.database(),
      ROLLCALL_KEYS_DIR: data.keys,
      ROLLCALL_KEYS_PASSPHRASE: config.keysPassphrase,
    };
  }

  /** What outgoing connections may reach: the demo's servers listen on loopback. */
  private reach(): Record<string, string | undefined> {
    const { config, options, launchersFile } = this.on;
    const networks = [...(options.demo ? ['127.0.0.0/8'] : []), ...config.allowPrivateNetworks];
    return {
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: [...new Set(networks)].join(',') || undefined,
      ROLLCALL_STDIO_LAUNCHERS_FILE: launchersFile,
    };
  }

  /** Whom the api may ask about names, packages and issuers. Strangers choose some of these addresses: not the demo's network. */
  private inquiries(): Record<string, string | undefined> {
    const { allowPrivateNetworks, dnsServers, packageRegistries, githubApiUrl, registryAuthNone } = this.on.config;
    return {
      ROLLCALL_ALLOW_PRIVATE_NETWORKS: allowPrivateNetworks.join(',') || undefined,
      ROLLCALL_DNS_SERVERS: dnsServers.join(',') || undefined,
      ROLLCALL_PACKAGE_REGISTRIES: packageRegistries,
      ROLLCALL_GITHUB_API_URL: githubApiUrl,
      ROLLCALL_REGISTRY_AUTH_NONE: registryAuthNone === 'allow' ? 'allow' : undefined,
    };
  }

  private visitors(): Record<string, string | undefined> {
    const { allowedOrigins, allowedHosts } = this.on.config;
    return {
      ROLLCALL_ALLOWED_ORIGINS: allowedOrigins.join(',') || undefined,
      ROLLCALL_ALLOWED_HOSTS: allowedHosts.join(',') || undefined,
    };
  }

  /** A flag moves the port, so a public URL that only repeats the configured port moves with it. */
  private publicUrl(): string {
    const { config, options } = this.on;
    const usual = listenUrl(config.host, config.port);
    return config.publicUrl === usual ? Programs.urls(options).api : config.publicUrl;
  }

  private gatewayPublicUrl(): string {
    const { config, options } = this.on;
    const usual = listenUrl(config.gatewayHost, config.gatewayPort);
    return config.gatewayPublicUrl === usual ? Programs.urls(options).gateway : config.gatewayPublicUrl;
  }
}

function defined(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function listenUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
