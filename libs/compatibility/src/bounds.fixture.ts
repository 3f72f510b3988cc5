import type { JsonObject, JsonValue } from '@rollcall/kernel';
import type { Conclusion } from './comparison.js';
import { A_IN, A_OUT, arg, args, field, type Row, text } from './offer.fixture.js';

const number = (more: JsonObject): JsonObject => ({ type: 'number', ...more });
const whole = (more: JsonObject): JsonObject => ({ type: 'integer', ...more });
const array = (more: JsonObject): JsonObject => ({ type: 'array', items: text, ...more });
const object = (more: JsonObject): JsonObject => ({ type: 'object', ...more });
const UNIT = { minimum: 0, maximum: 1 };

/** One limit, narrower and then wider: breaking for callers in the one direction and for readers in the other. */
const LIMITS: [name: string, wide: JsonValue, narrow: JsonValue][] = [
  ['minimum', number({ minimum: 0 }), number({ minimum: 2 })],
  ['maximum', number({ maximum: 10 }), number({ maximum: 9 })],
  ['exclusiveMinimum', number({ exclusiveMinimum: 0 }), number({ exclusiveMinimum: 1 })],
  ['exclusiveMaximum', number({ exclusiveMaximum: 10 }), number({ exclusiveMaximum: 9 })],
  ['an exclusive instead of an inclusive maximum', number({ maximum: 10 }), number({ exclusiveMaximum: 10 })],
  ['the share of one', number({}), number(UNIT)],
  ['the maximum of whole numbers', whole({ maximum: 100 }), whole({ maximum: 99 })],
  ['multipleOf', whole({ multipleOf: 2 }), whole({ multipleOf: 4 })],
  ['minLength', { ...text, minLength: 1 }, { ...text, minLength: 2 }],
  ['maxLength', { ...text, maxLength: 10 }, { ...text, maxLength: 9 }],
  ['minItems', array({ minItems: 1 }), array({ minItems: 2 })],
  ['maxItems', array({ maxItems: 5 }), array({ maxItems: 4 })],
  ['minProperties', object({ minProperties: 1 }), object({ minProperties: 2 })],
  ['maxProperties', object({ maxProperties: 5 }), object({ maxProperties: 4 })],
];

const rows = LIMITS.flatMap(([name, wide, narrow]): Row[] => [
  [`${name} of an argument is tightened`, arg(wide), arg(narrow), 'INPUT_BOUND_TIGHTENED', A_IN, 'breaking'],
  [`${name} of an argument is loosened`, arg(narrow), arg(wide), 'INPUT_BOUND_LOOSENED', A_IN, 'safe'],
  [`${name} of a result is loosened`, field(narrow), field(wide), 'OUTPUT_BOUND_LOOSENED', A_OUT, 'breaking'],
  [`${name} of a result is tightened`, field(wide), field(narrow), 'OUTPUT_BOUND_TIGHTENED', A_OUT, 'safe'],
]);

const exact = whole({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
const inexact = (name: string, before: JsonValue, after: JsonValue, ruleId: string, verdict: Conclusion): Row =>
  ruleId.startsWith('INPUT')
    ? [name, arg(before), arg(after), ruleId, A_IN, verdict]
    : [name, field(before), field(after), ruleId, A_OUT, verdict];

/** Limits of numbers, texts, lists and objects. */
export const BOUND_FIXTURES: Row[] = [
  ...rows,
  inexact(
    'a whole number is limited to what JSON carries exactly',
    whole({}),
    exact,
    'INPUT_INEXACT_INTEGERS_REFUSED',
    'dangerous',
  ),
  inexact(
    'a whole number is no longer limited to what JSON carries exactly',
    exact,
    whole({}),
    'INPUT_BOUND_LOOSENED',
    'safe',
  ),
  inexact(
    'a result may be a number that JSON does not carry exactly',
    exact,
    whole({}),
    'OUTPUT_INEXACT_INTEGERS_ALLOWED',
    'dangerous',
  ),
  inexact(
    'a number that may have a fraction gets a huge maximum',
    number({}),
    number({ maximum: 2 ** 53 - 1 }),
    'INPUT_BOUND_TIGHTENED',
    'breaking',
  ),
  [
    'a limit inside a limited list is tightened',
    arg(array({ maxItems: 3, items: number({ maximum: 5 }) })),
    arg(array({ maxItems: 3, items: number({ maximum: 4 }) })),
    'INPUT_BOUND_TIGHTENED',
    `${A_IN}/items`,
    'breaking',
  ],
  [
    'a limit of a required argument is tightened',
    args({ a: { ...text, maxLength: 8 } }, { required: ['a'] }),
    args({ a: { ...text, maxLength: 4 } }, { required: ['a'] }),
    'INPUT_BOUND_TIGHTENED',
    A_IN,
    'breaking',
  ],
];
