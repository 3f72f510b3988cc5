import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isDialable, type NetworkPolicy } from '@rollcall/mcp-client';
import { Pool } from 'undici';

/** Most connections to one server; calls beyond that wait their turn. */
const CONNECTIONS = 32;

/**
 * A connection pool that dials only what the network policy allows. The address is judged at the moment of dialling, on
 * the very answer the socket uses, so a name that changes its mind between check and use gains nothing.
 */
export function guardedPool(url: URL, policy: NetworkPolicy): Pool | { denied: string } {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { denied: 'Only http and https servers are dialled.' };
  // A literal address is never looked up, so it is judged here. URL has already normalised odd spellings of it.
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isDialable(bare, policy)) {
    return { denied: 'The server has a private address, which this gateway is not allowed to dial.' };
  }
  return new Pool(url.origin, {
    connections: CONNECTIONS,
    connect: { timeout: 5_000, lookup: judgedLookup(policy) },
    allowH2: false,
  });
}

function judgedLookup(policy: NetworkPolicy): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 4);
      const allowed = addresses.filter(({ address }) => isDialable(address, policy));
      const [first] = allowed;
      if (first === undefined)
        callback(Object.assign(new Error('Every address is private.'), { code: 'PRIVATE_ADDRESS' }), '', 4);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
