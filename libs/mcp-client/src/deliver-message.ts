import { parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import type { SessionTape } from './session-tape.js';

/** Puts one message of a two-way channel on the tape and hands it to the SDK, which may not understand it. */
export function deliverMessage(tape: SessionTape, transport: Transport, text: string): void {
  tape.received(text);
  let message: Parameters<NonNullable<Transport['onmessage']>>[0];
  try {
    message = parseJSONRPCMessage(JSON.parse(text));
  } catch (error) {
    // What the server sent is on the tape; the SDK's view of it is out-of-band news, as in its own transports.
    transport.onerror?.(error as Error);
    return;
  }
  transport.onmessage?.(message);
}
