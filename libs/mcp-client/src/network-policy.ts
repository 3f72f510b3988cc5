import { BlockList, isIP } from 'node:net';

/** Which non-public networks may be dialled: CIDR blocks such as `127.0.0.0/8`; everything public is allowed anyway. */
export type NetworkPolicy = { allowPrivate: string[] };

/** Turns a host name into addresses; a port, so that a test can play a resolver that changes its mind. */
export type Resolver = (hostname: string) => Promise<string[]>;

/** An IP address an inspection may dial. */
export type PinnedAddress = { address: string; family: 4 | 6 };

/**
 * Special-purpose blocks that never belong to a public server (IANA special-purpose registries), plus 168.63.129.16,
 * a cloud provider's host agent on a public-looking address. 169.254/16, 100.64/10 and fc00::/7 cover the metadata services.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** `::/96` holds ::, ::1 and the old IPv4-compatible form; NAT64, SIIT and 6to4 can carry a private IPv4 address inside. */
const SPECIAL_V6 = [
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const SPECIAL = blockList([...SPECIAL_V4, ...SPECIAL_V6]);

/** True when the policy lets us dial this address; anything that is not an IP address is refused. */
export function isDialable(address: string, policy: NetworkPolicy): boolean {
  const pinned = normalizeAddress(address);
  if (pinned === null) return false;
  if (!contains(SPECIAL, pinned)) return true;
  return contains(blockList(policy.allowPrivate), pinned);
}

/** An address in one canonical family: an IPv4-mapped IPv6 address is judged (and dialled) as the IPv4 address it is. */
export function normalizeAddress(address: string): PinnedAddress | null {
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  // A zone index (fe80::1%eth0) selects an interface; it never appears in the address of a public server.
  if (bare.includes('%')) return null;
  const family = isIP(bare);
  if (family === 4) return { address: bare, family };
  if (family !== 6) return null;
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (mapped === null) return { address: canonical, family };
  const high = Number.parseInt(mapped[1] ?? '0', 16);
  const low = Number.parseInt(mapped[2] ?? '0', 16);
  return { address: `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, family: 4 };
}

function contains(list: BlockList, pinned: PinnedAddress): boolean {
  return list.check(pinned.address, pinned.family === 4 ? 'ipv4' : 'ipv6');
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix = ''] = cidr.split('/');
    const family = isIP(network);
    const bits = Number(prefix);
    if (family === 0 || !/^\d+$/.test(prefix) || bits > (family === 4 ? 32 : 128)) {
      throw new TypeError(`"${cidr}" is not a CIDR block such as 127.0.0.0/8 or fd00::/8.`);
    }
    list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
