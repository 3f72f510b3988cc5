import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventStream } from './event-stream.js';

describe('reading an event stream', () => {
  it('gives the same events however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.nat(20), (events, end, cut) => {
        const text = events.map((data) => `event: message${end}data: ${data}${end}${end}`).join('');
        const bytes = new TextEncoder().encode(text);
        const stream = new EventStream();
        const seen: string[] = [];
        for (let at = 0; at < bytes.length; at += cut + 1) seen.push(...stream.push(bytes.slice(at, at + cut + 1)));
        expect(seen).toEqual(events);
      }),
    );
  });

  it('joins the data lines of one event and skips comments and other fields', () => {
    const text = ': hello\nid: 1\nretry: 5\ndata:a\ndata: b\n\n: ping\n\n';
    expect(new EventStream().push(new TextEncoder().encode(text))).toEqual(['a\nb']);
  });
});
