import { describe, expect, it } from '@jest/globals';
import { statementNames } from './statement-names.js';

describe('names of statements', () => {
  it('are given to texts that are asked often, the same for the same text', () => {
    const nameOf = statementNames();
    const names = [1, 2, 3, 4].map(() => nameOf({ sql: 'SELECT 1' }));
    expect(names).toEqual(['', '', names[3], expect.stringMatching(/^rollcall_[0-9a-f]{20}$/)]);
    for (let n = 0; n < 5; n++) expect(nameOf({ sql: 'SELECT 2' })).not.toBe(names[3]);
  });

  it('come to an end, whatever is asked', () => {
    const nameOf = statementNames();
    const given = new Set<string>();
    for (let n = 0; n < 20_000; n++) for (let k = 0; k < 3; k++) given.add(nameOf({ sql: `SELECT ${n}` }));
    given.delete('');
    expect(given.size).toBe(400);
    for (const name of given) expect(Buffer.byteLength(name)).toBeLessThan(64);
  });
});
