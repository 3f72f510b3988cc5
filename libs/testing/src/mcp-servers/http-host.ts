import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonValue } from '@rollcall/kernel';
import type { RecordedRequest } from './behaviour.js';

/** Handles one recorded request by hand. */
export type RawHandler = (
  request: RecordedRequest,
  response: ServerResponse,
  incoming: IncomingMessage,
) => void | Promise<void>;

/** A loopback HTTP server on a free port. */
export type HttpHost = { origin: string; requests: RecordedRequest[]; close(): Promise<void> };

const MAX_REQUEST_BYTES = 8_000_000;

/** Starts a hand-written HTTP server on 127.0.0.1; it records every request with its headers, and closes hard. */
export async function startRawHttpServer(handle: RawHandler): Promise<HttpHost> {
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
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
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
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
