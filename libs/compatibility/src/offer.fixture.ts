import type { RawOffer } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import type { Conclusion, Severity } from './comparison.js';

/** One typed difference as data: what the server offered before and after, and the change that must be reported. */
export type ChangeFixture = {
  name: string;
  before: RawOffer;
  after: RawOffer;
  expect: { ruleId: string; path: string; conclusion: Conclusion; severity: Severity; witness: boolean };
};

export const tool = (more: JsonObject): RawOffer => ({
  tools: [{ name: 'pay', description: 'Pays an invoice.', inputSchema: { type: 'object' }, ...more }],
});
export const args = (properties: JsonObject, more: JsonObject = {}): RawOffer =>
  tool({ inputSchema: { type: 'object', properties, additionalProperties: false, ...more } });
export const open = (properties: JsonObject, more: JsonObject = {}): RawOffer =>
  tool({ inputSchema: { type: 'object', properties, ...more } });
export const result = (properties: JsonObject, more: JsonObject = {}): RawOffer =>
  tool({ outputSchema: { type: 'object', properties, ...more } });
export const arg = (schema: JsonValue): RawOffer => args({ a: schema });
export const field = (schema: JsonValue): RawOffer => result({ a: schema }, { required: ['a'] });

/** A fixture on one line. */
export type Row = [
  name: string,
  before: RawOffer,
  after: RawOffer,
  ruleId: string,
  path: string,
  conclusion: Conclusion,
];

export const text = { type: 'string' };
export const A_IN = '/inputSchema/properties/a';
export const A_OUT = '/outputSchema/properties/a';
