import type { IncomingMessage } from 'node:http';

/** Why a request body was not read. */
export type BodyProblem = 'TOO_LARGE' | 'ABORTED';

/** Reads a request body up to `limit` bytes; never buffers more than that. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | BodyProblem> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve('TOO_LARGE');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        request.pause();
        resolve('TOO_LARGE');
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => resolve('ABORTED'));
    request.on('close', () => resolve('ABORTED'));
  });
}
