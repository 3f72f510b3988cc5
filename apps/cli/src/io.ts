import { type Env as Environment, processEnvironment } from '@rollcall/config';
import { CliFailure, usage } from './errors/failure.js';

/** Everything a command touches outside its arguments: streams, variables, the folder it runs in, time to wait. */
export type Io = {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Reads standard input to its end; refuses more than `maxBytes`. */
  stdin(maxBytes: number): Promise<Uint8Array>;
  env: Environment;
  cwd: string;
  /** True when standard output is a terminal. */
  terminal: boolean;
  /** The width of standard error when that is a terminal. */
  stderrColumns?: number | undefined;
};

/** The streams and variables of this process. */
export function processIo(): Io {
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    stdin: (maxBytes) => readAll(process.stdin, maxBytes),
    env: processEnvironment(),
    cwd: process.cwd(),
    terminal: process.stdout.isTTY === true,
    stderrColumns: process.stderr.isTTY === true ? process.stderr.columns : undefined,
  };
}

async function readAll(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) throw tooLarge('Standard input', maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The refusal of input beyond its limit. */
export function tooLarge(what: string, maxBytes: number): CliFailure {
  return usage(`${what} is larger than ${maxBytes} bytes.`, 'Pass a smaller document.', 'TOO_LARGE');
}
