import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What a webhook was sent, after its signature was found good. */
export type Received = { id: string; type: string; subject: string; data: Record<string, unknown> };

/** Takes events as a receiver should: signature over the bytes as they came, each id once. */
export type Receiver = {
  url: string;
  received: Received[];
  /** How many requests had no good signature. */
  refused: number;
  /** The secret of the webhook that points here. */
  secret: string;
  close(): Promise<void>;
};

/** Starts one on a free port of this machine. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const event = verified(receiver.secret, request.headers, body);
    if (event === null) {
      receiver.refused++;
      return response.writeHead(401).end();
    }
    if (receiver.received.every((one) => one.id !== event.id)) receiver.received.push(event);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received: [],
    refused: 0,
    secret: '',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Verifies with the library of Standard Webhooks, at the time the message says: the story moves the clock. */
function verified(secret: string, headers: NodeJS.Dict<string | string[]>, body: string): Received | null {
  const [id, seconds] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])];
  const expected = new Webhook(secret).sign(id, new Date(seconds * 1000), body);
  if (!String(headers['webhook-signature']).split(' ').includes(expected)) return null;
  const event = JSON.parse(body) as Received;
  return event.id === id ? event : null;
}
