import { processIo } from './io.js';
import { runCli } from './run-cli.js';

// A reader that has seen enough (`rollcall servers list | head`) closes the pipe: that is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), processIo());
