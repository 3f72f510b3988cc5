import { type OidcIssuer, type RunningDnsServer, startDnsServer, startOidcIssuer } from '@rollcall/testing';
import { Installation } from '../installation.js';

/** One control plane that asks our DNS server and may reach our issuer. */
export class AccessStory extends Installation {
  dns!: RunningDnsServer;
  issuer!: OidcIssuer;

  override async start(): Promise<void> {
    this.dns = await startDnsServer({});
    this.issuer = await startOidcIssuer(() => new Date());
    this.settings.api = { ROLLCALL_DNS_SERVERS: this.dns.server, ROLLCALL_ALLOW_PRIVATE_NETWORKS: '127.0.0.0/8' };
    await super.start();
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.dns?.close();
    await this.issuer?.close();
  }
}
