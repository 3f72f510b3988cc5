import { PrismaService } from '../prisma.service.js';
import { OutboxDispatcher } from './outbox-dispatcher.js';

/** A program that publishes the first event to stdout and is killed before it can mark it. */
const [url = ''] = process.argv.slice(2);
const dispatcher = new OutboxDispatcher({
  prisma: new PrismaService({ url }),
  url,
  leaseMs: 300,
  publish: async (event) => {
    await new Promise<void>((resolve) => process.stdout.write(`${event.id}\n`, () => resolve()));
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
await dispatcher.start();
