import { text } from 'node:stream/consumers';
import { seed } from './seed.js';
import { readOrder } from './seed-order.js';

process.on('disconnect', () => process.exit(1));

try {
  const seeded = await seed(readOrder(await text(process.stdin)));
  process.stdout.write(`${JSON.stringify(seeded)}\n`);
  process.exit(0);
} catch (error) {
  // an entry point is an edge: whatever went wrong is said in one line, and its stack stays in the log
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.stderr.write(`Error: seeding the demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
