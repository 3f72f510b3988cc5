import { describe, expect, it } from '@jest/globals';
import { schemaRows } from './schema-rows.js';

describe('schema rows', () => {
  it('name nested fields by path, with type, need and limits in words', () => {
    const { rows } = schemaRows({
      type: 'object',
      required: ['city'],
      properties: {
        city: { type: 'string', minLength: 1, description: 'Where' },
        days: { type: ['integer', 'null'], default: 3 },
        filter: { type: 'object', properties: { tags: { type: 'array', items: { enum: ['a', 'b'] } } } },
      },
    });
    expect(rows.map((row) => row.path)).toEqual(['city', 'days', 'filter', 'filter.tags']);
    expect(rows[0]).toEqual({
      path: 'city',
      type: 'string',
      required: true,
      description: 'Where',
      constraints: ['min length 1'],
    });
    expect(rows[1]).toMatchObject({ type: 'integer | null', required: false, constraints: ['default 3'] });
    expect(rows[3]).toMatchObject({ type: 'array of enum' });
  });

  it('follow local references and leave remote ones alone', () => {
    const { rows } = schemaRows({
      properties: { a: { $ref: '#/$defs/name' }, b: { $ref: 'https://elsewhere.example/schema' } },
      $defs: { name: { type: 'string', maxLength: 9 } },
    });
    expect(rows[0]).toMatchObject({ type: 'string', constraints: ['max length 9'] });
    expect(rows[1]).toMatchObject({ type: 'https://elsewhere.example/schema' });
  });

  it('end on a schema that contains itself, and say that they were cut', () => {
    const { rows, cut } = schemaRows({
      properties: { node: { $ref: '#/$defs/node' } },
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
    });
    expect(rows.length).toBeLessThan(20);
    expect(cut).toBe(true);
  });

  it('are bounded for a huge schema', () => {
    const properties = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`f${n}`, { type: 'string' }]));
    const { rows, cut } = schemaRows({ properties });
    expect(rows).toHaveLength(200);
    expect(cut).toBe(true);
  });

  it('are none for what is not a schema', () => {
    expect(schemaRows(true)).toEqual({ rows: [], cut: false });
    expect(schemaRows(null)).toEqual({ rows: [], cut: false });
  });
});
