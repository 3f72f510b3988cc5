import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { JsonValue } from '@rollcall/kernel';
import type { RecordedRequest } from './behaviour.js';

/** Handles one recorded request by hand. */
export type RawHandler = (
  request: RecordedRequest,
  response: ServerResponse,
  incoming: IncomingMessage,
) => void | Promise<void>;

/** A loopback HTTP server on a free port; `openSockets` are those clients have not closed yet. */
export type HttpHost = {
  origin: string;
  requests: RecordedRequest[];
  server: Server;
  openSockets(): number;
  close(): Promise<void>;
};

/** Where a test server listens: a free port of 127.0.0.1 or the named one, with TLS for `localhost` when a certificate is given, or a Unix socket. */
export type Listening = { port?: number; socketPath?: string; tls?: { key: string; cert: string } };

const MAX_REQUEST_BYTES = 8_000_000;

/** Starts a hand-written HTTP server on 127.0.0.1; it records every request with its headers, and closes hard. */
export async function startRawHttpServer(handle: RawHandler, listening: Listening = {}): Promise<HttpHost> {
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Duplex>();
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    void receive(incoming)
      .then((body) => {
        const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
        requests.push(request);
        return handle(request, response, incoming);
      })
      .catch((error: unknown) => {
        // A fixture that breaks must not take the test process with it; the client sees a broken connection.
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
  };
  const { tls, socketPath, port = 0 } = listening;
  const server: Server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  // a client that does not trust the certificate hangs up: that is the point of some tests
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(port, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  return {
    origin: originOf(server, tls !== undefined),
    requests,
    server,
    openSockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A certificate is for a name and not for an address; behind a Unix socket every host is the same. */
function originOf(server: Server, secure: boolean): string {
  const address = server.address() as AddressInfo | string;
  if (typeof address === 'string') return 'http://localhost';
  return secure ? `https://localhost:${address.port}` : `http://127.0.0.1:${address.port}`;
}

async function receive(incoming: IncomingMessage): Promise<JsonValue> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > MAX_REQUEST_BYTES) throw new Error('The test client sent more than a fixture reads.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Recording what is not JSON is the point of a hostile fixture.
    return text;
  }
}
