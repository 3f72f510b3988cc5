import { describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import fc from 'fast-check';
import { FleetIndex } from './fleet-matches.js';
import { confusableNames, nameSkeleton, WordingIndex } from './similar-tools.js';

const words = fc.array(
  fc.constantFrom('pay', 'invoice', 'customer', 'list', 'open', 'delete', 'weather', 'rn', 'O0l1'),
  { maxLength: 12 },
);
const text = fc.oneof(
  words.map((list) => list.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const name = fc.oneof(
  words.map((list) => list.join('_')),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/),
);
const wording = fc.record({ name, text });

describe('likeness', () => {
  it('of wordings is symmetric, 1 for the same, and between 0 and 1', () => {
    fc.assert(
      fc.property(wording, wording, (a, b) => {
        const index = new WordingIndex([a, b]);
        const scoreOf = (asked: typeof a, other: typeof a) =>
          index.alike(asked, 0, (item) => item === other)[0]?.score ?? 0;
        const score = scoreOf(a, b);
        expect(score).toBeCloseTo(scoreOf(b, a), 12);
        const [same] = index.alike(a, 0, (item) => item === a);
        if (same !== undefined) expect(same.score).toBeCloseTo(1, 12);
        expect(score >= 0 && score <= 1).toBe(true);
      }),
    );
  });

  it('of names that pass for each other is symmetric, and never of oneself', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(confusableNames(a, b)).toBe(confusableNames(b, a));
        expect(confusableNames(a, a)).toBe(false);
      }),
    );
  });

  it('in an index finds exactly what comparing with each one finds', () => {
    fc.assert(
      fc.property(
        fc.array(wording, { maxLength: 12 }),
        wording,
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (items, asked, least) => {
          const index = new WordingIndex(items);
          const pruned = index.alike(asked, least, () => true).map(({ item }) => item);
          // with no floor, nothing is left out
          const all = index
            .alike(asked, 0, () => true)
            .filter(({ score }) => score >= least)
            .map(({ item }) => item);
          expect(new Set(pruned)).toEqual(new Set(all));
        },
      ),
    );
  });
});

describe('names that pass for another', () => {
  it.each([
    ['pay_invoice', 'pay_lnvoice'],
    ['read_doc0', 'read_doco'],
    ['turn_off', 'tum_off'],
    ['transfer_money', 'transfar_money'],
    ['list_users', 'list_u\u0455ers'],
  ])('%s and %s', (a, b) => {
    expect(confusableNames(a, b)).toBe(true);
  });

  it.each([
    ['get_user', 'getUser'],
    ['get_user', 'get_users'],
    ['get_user', 'set_user'],
    ['step_1', 'step_2'],
    ['list_items_v1', 'list_items_v2'],
    ['create_node', 'create_mode'],
    ['add_comment', 'add_comments'],
  ])('are not %s and %s', (a, b) => {
    expect(confusableNames(a, b)).toBe(false);
  });

  it('have one skeleton whatever the style', () => {
    expect(['getUser', 'get_user', 'get-user', 'GET.USER'].map(nameSkeleton)).toEqual(Array(4).fill('getuser'));
  });
});

describe('the fleet', () => {
  const fleet = new FleetIndex([
    { server: 'com.acme/billing', name: 'pay_invoice', text: 'Pays one open invoice of a customer in full.' },
    { server: 'com.acme/crm', name: 'list_customers', text: 'Lists customers by name, fifty on a page.' },
    { server: 'com.acme/own', name: 'settle_invoice', text: 'Pays one open invoice of a customer in full.' },
    { server: 'com.acme/weather', name: 'get_weather', text: 'Tells the weather of the next days for a city.' },
  ]);
  const matches = (tools: object[]) =>
    fleet
      .matches(new Set(['com.acme/own']), buildContract({ tools: tools as never[] }).contract, 0.85)
      .map(({ kind, other }) => `${kind} ${other.server} ${other.tool}`);
  const tool = (toolName: string, description: string) => ({
    name: toolName,
    description,
    inputSchema: { type: 'object' },
  });

  it('names the other server and tool, and never the server itself', () => {
    expect(matches([tool('settle_invoice', 'Pays one open invoice of the customer, in full.')])).toEqual([
      'similar_wording com.acme/billing pay_invoice',
    ]);
    expect(matches([tool('listCustomers', 'Exports every record of the archive as a file.')])).toEqual([
      'same_name com.acme/crm list_customers',
    ]);
    expect(matches([tool('get_vveather', 'Exports every record of the archive as a file.')])).toEqual([
      'confusable_name com.acme/weather get_weather',
    ]);
    expect(matches([tool('get_time', 'Tells the time of day in a city.')])).toEqual([]);
  });
});
