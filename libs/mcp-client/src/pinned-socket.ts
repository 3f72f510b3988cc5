import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type DialGuard, pinnedLookup } from './dial-guard.js';
import type { SessionTape } from './session-tape.js';

/** What every socket of one inspection has in common. `ca`: authorities (PEM) instead of the platform's. */
export type SocketRules = DialGuard & { signal: AbortSignal; ca?: string; socketPath?: string };

export type Destination = { hostname: string; port: number; secure: boolean };

/**
 * Opens a socket to an admitted host, or to the one Unix socket the caller consented to. A dial never outlives the
 * inspection, and the certificate is on the tape even when the handshake fails for it.
 */
export function openPinnedSocket(rules: SocketRules, to: Destination): Socket {
  const socket = rules.socketPath === undefined ? dial(rules, to) : connectTcp({ path: rules.socketPath });
  socket.setNoDelay(true);
  const giveUp = () => socket.destroy();
  rules.signal.addEventListener('abort', giveUp, { once: true });
  socket.once('close', () => rules.signal.removeEventListener('abort', giveUp));
  if (rules.signal.aborted) giveUp();
  return socket;
}

function dial(rules: SocketRules, { hostname, port, secure }: Destination): Socket {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const address = { host, port, lookup: pinnedLookup(rules.pins) };
  if (!secure) return connectTcp(address);
  const socket = connectTls({
    ...address,
    ALPNProtocols: ['http/1.1'],
    // RFC 6066 section 3: an address is not a server name
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(rules.ca === undefined ? {} : { ca: rules.ca }),
  });
  // `secure` comes before Node judges the certificate: one that has run out is told with its date
  socket.prependListener('secure', () => noteCertificate(socket, rules.tape));
  return socket;
}

function noteCertificate(socket: TLSSocket, tape: SessionTape): void {
  const validTo = Date.parse(socket.getPeerCertificate().valid_to);
  if (!Number.isNaN(validTo)) tape.certificate ??= { expiresAt: new Date(validTo).toISOString() };
}
