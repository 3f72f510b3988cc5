import { Resolver as DnsResolver } from 'node:dns/promises';
import { type NetworkPolicy, type Resolver, systemResolver } from '@rollcall/mcp-client';

/** What looking for proofs may reach, and through whom. */
export type ProofNetworkSettings = {
  policy: NetworkPolicy;
  /** DNS servers as `ip:port`; empty: the platform's. */
  dnsServers: readonly string[];
  /** Certificate authorities (PEM) instead of the platform's. */
  ca?: string;
  /** Where well-known documents are, 443 by the protocol. */
  httpsPort?: number;
};

const DNS_TIMEOUT_MS = 5_000;

/** How this process reaches the places where proofs are published. Nest token. */
export class ProofNetwork {
  constructor(readonly settings: ProofNetworkSettings) {}

  /** A name's addresses: by the configured DNS servers when there are some, else as the platform resolves names. */
  readonly resolve: Resolver = async (hostname) => {
    if (this.settings.dnsServers.length === 0) return systemResolver(hostname);
    const resolver = this.resolver();
    const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };

  /** The TXT records of exactly this name, or null when the servers did not answer in 5 s. None is an empty list. */
  async texts(name: string): Promise<string[] | null> {
    const resolver = this.resolver();
    const late = setTimeout(() => resolver.cancel(), DNS_TIMEOUT_MS);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
      if (typeof code === 'string') return null;
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  private resolver(): DnsResolver {
    const resolver = new DnsResolver({ timeout: 2_000, tries: 2 });
    if (this.settings.dnsServers.length > 0) resolver.setServers([...this.settings.dnsServers]);
    return resolver;
  }
}
