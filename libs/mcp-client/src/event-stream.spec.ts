import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventStreamReader } from './event-stream.js';

function eventsOf(chunks: readonly string[]): string[] {
  const events: string[] = [];
  const reader = new EventStreamReader((data) => events.push(data));
  for (const chunk of chunks) reader.push(chunk);
  return events;
}

describe('reading an event stream', () => {
  it('reads every line ending, joins data lines and skips comments and other fields', () => {
    const text = ': hi\r\nevent: message\r\ndata: {"a":1}\r\n\r\ndata:x\ndata: y\n\nid: 7\n\ndata\r\rdata: cut off';
    expect(eventsOf([text])).toEqual(['{"a":1}', 'x\ny', '']);
  });

  it('gives the same events however the bytes are cut into chunks', () => {
    const piece = fc.constantFrom('data: a\n', 'data:b\r\n', '\n', '\r\n', '\r', ': c\n', 'event: e\n', 'data\n');
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
        const text = pieces.join('');
        const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
        expect(eventsOf(chunks)).toEqual(eventsOf([text]));
      }),
    );
  });
});
