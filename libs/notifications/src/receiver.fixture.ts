import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came. */
export type Received = { path: string; headers: Record<string, string>; body: string };

/** What it answers; nothing at all when it returns without ending the response. */
export type Behaviour = (response: ServerResponse, request: Received) => void;

/** Ends with a status. */
export const answers =
  (status: number, body = '', headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** A webhook receiver on a loopback port: a real HTTP server whose behaviour a test chooses. */
export class Receiver {
  readonly received: Received[] = [];
  behaviour: Behaviour = answers(204);
  url = '';
  private readonly server = createServer((request, response) => {
    this.take(request, response).catch(() => response.destroy());
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const received = { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString() };
    this.received.push(received);
    this.behaviour(response, received);
  }
}
