import { createSocket } from 'node:dgram';
import { decode, encode, type StringAnswer, type TxtAnswer } from 'dns-packet';

/** What a name has: addresses and texts. A function is asked anew for every question. */
export type DnsZone = Record<string, { a?: string[]; txt?: string[] } | (() => { a?: string[]; txt?: string[] })>;

/** A DNS server on loopback; `questions` are those it was asked, as `TXT example.com`. `server` is its `ip:port`. */
export type RunningDnsServer = { server: string; zone: DnsZone; questions: string[]; close(): Promise<void> };

/** Starts one on a free UDP port. A name that is not in the zone does not exist; a silent server answers nothing. */
export async function startDnsServer(zone: DnsZone, options: { silent?: boolean } = {}): Promise<RunningDnsServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (message, from) => {
    const { id, questions: asked = [] } = decode(message);
    const [question] = asked;
    if (!question) return;
    questions.push(`${question.type} ${question.name}`);
    if (options.silent) return;
    const entry = zone[question.name.toLowerCase()];
    const found = typeof entry === 'function' ? entry() : entry;
    const answers: (StringAnswer | TxtAnswer)[] = [];
    if (question.type === 'A')
      for (const data of found?.a ?? []) answers.push({ type: 'A', name: question.name, ttl: 1, data });
    // a record longer than 255 bytes is sent in parts, as real servers do
    if (question.type === 'TXT')
      for (const text of found?.txt ?? [])
        answers.push({ type: 'TXT', name: question.name, ttl: 1, data: text.match(/.{1,200}/gs) ?? [''] });
    const rcode = found ? 0 : 3;
    socket.send(
      encode({ type: 'response', id: id ?? 0, flags: 0x0180 | rcode, questions: [question], answers }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    zone,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
