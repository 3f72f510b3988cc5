import { withLatinLookalikes } from './lookalikes.js';

/** What a text says that speaks to the model instead of describing. */
export type TextSignal = {
  /** `command`: nothing else than an attempt to steer; `odd`: seldom honest; `look`: a person should read it. */
  level: 'command' | 'odd' | 'look';
  /** What it is, for a person: "asks to hide something from the user". */
  what: string;
  /** The words that were found, on one line. */
  excerpt: string;
};

type Pattern = readonly [level: TextSignal['level'], what: string, pattern: RegExp];

/** One pattern out of parts, so that no line of it is too long to be read. */
const any = (...parts: string[]): RegExp => new RegExp(parts.join('|'));

const LINKS = '(?:(?:this|that|these|the|it|any|anything|about|of|to|with|action|steps?|details?) ){0,6}';
const PERSON = '(?:user|human|person|operator)s?\\b';
const EARLIER = '(?:previous|prior|above|earlier|preceding|existing|original|other) (?:system )?';
const ORDERS = '(?:instructions?|rules|prompts?|guidelines|directions|messages|context)\\b';
const SECRET_PLACE =
  '(?:\\.ssh/|id_rsa|id_ed25519|\\.aws/credentials|/etc/shadow|\\.cursor/mcp\\.json|claude_desktop_config|\\.npmrc|\\.netrc)';
/** Around a place of secrets: the place is looked for first, because it is rare, and what stands around it only there. */
const TAKEN = '(?<=\\b(?:read|cat|open|load|fetch|send|pass|upload|include|attach|copy) .{0,100})';
const HANDED_OVER =
  '(?=.{0,160}\\b(?:pass|send|include|put|append|attach|upload|forward|post|sidenote|as the value)\\b)';

/*
 * The patterns run over text that was made plain first: one space between words, lower case, nothing invisible, Latin
 * letters for their lookalikes. Every repetition in them is bounded, so that no text makes them slow.
 */
const PATTERNS: readonly Pattern[] = [
  [
    'command',
    'tells the model to drop its instructions',
    any(`\\b(?:ignore|disregard|forget) (?:(?:all|any|the|your|of|my|these|those) ){0,3}${EARLIER}${ORDERS}`),
  ],
  [
    'command',
    'asks to hide something from the user',
    any(
      `\\b(?:do not|don't|never|must not|should not) (?:tell|mention|inform|reveal|disclose|notify|alert) ${LINKS}${PERSON}`,
      `\\b(?:avoid|without) (?:telling|mentioning|informing|notifying|alerting) ${LINKS}${PERSON}`,
    ),
  ],
  [
    'command',
    'has a tag that poses as the host',
    any(
      '< ?/? ?important ?>',
      '< ?/ ?(?:system|secret|hidden) ?>',
      '<\\|(?:im_start|im_end|system|assistant)\\|>',
      '\\[/?inst\\]',
      '<</?sys>>',
    ),
  ],
  ['command', 'tells the model to read secrets and pass them on', any(`${SECRET_PLACE}${TAKEN}${HANDED_OVER}`)],
  ['odd', 'tells the model to read a place of secrets', any(`${SECRET_PLACE}${TAKEN}`)],
  [
    'odd',
    'asks for the system prompt',
    any('\\b(?:reveal|print|output|repeat|show|send|include|leak|pass) .{0,30}\\bsystem prompt\\b'),
  ],
  [
    'odd',
    'asks for the whole conversation',
    any('\\b(?:send|forward|upload|post|leak|pass) .{0,40}\\b(?:conversation|chat) (?:history|transcript|logs?)\\b'),
  ],
  [
    'odd',
    'claims to come before other tools',
    any(
      '\\bbefore (?:using|calling|invoking|running) (?:any|every|all|each) .{0,20}\\btools?\\b',
      '\\binstead of (?:the|any|all|every) other tools?\\b',
    ),
  ],
  ['odd', 'has an image that is loaded from elsewhere', any('!\\[[^\\]]{0,200}\\]\\( ?(?:https?:)?//')],
  ['odd', 'has a link that runs code', any('\\]\\( ?(?:javascript|data|vbscript):')],
  ['odd', 'has a comment that is not shown', any('<!-- ?[a-z]')],
  // only where a run begins: a look-behind instead of a second try at every letter
  [
    'odd',
    'carries an encoded block',
    any('(?<![a-z0-9+/=_-])(?=[a-z+/]{0,120}[0-9])[a-z0-9+/]{160,}={0,2}(?![a-z0-9_-])'),
  ],
  [
    'look',
    'speaks to the model',
    any(
      '< ?(?:system|secret) ?>',
      '\\bsystem prompt\\b',
      '\\.ssh/|id_rsa',
      "\\b(?:do not|don't|never) (?:tell|mention|inform|reveal|show)\\b.{0,40}\\buser",
      'before (?:using|calling) (?:any|this|other) .{0,20}tool',
    ),
  ],
];

/** Words and marks one of which is in everything the patterns find: most texts have none, and one look shows it. */
const TRIGGERS =
  /ignore|disregard|forget|do not|don't|never|must not|should not|avoid|without|[<[]|ssh\/|id_rsa|id_ed25519|aws\/|\/etc\/|mcp\.json|desktop_config|npmrc|netrc|system prompt|history|transcript|logs?\b|before|instead|[a-z0-9+/]{160}/;
/** So much of the text is shown, a little of it before what was found. */
const EXCERPT = 120;
const BEFORE = 30;

/** What a text says to the model, the worst first; each pattern at most once. */
export function textSignals(text: string): TextSignal[] {
  const plain = plainText(text);
  if (!TRIGGERS.test(plain)) return [];
  return PATTERNS.flatMap(([level, what, pattern]) => {
    const match = pattern.exec(plain);
    if (match === null) return [];
    const start = Math.max(0, match.index - BEFORE);
    return [{ level, what, excerpt: plain.slice(start, start + EXCERPT).trim() }];
  });
}

function plainText(text: string): string {
  const latin = /^[\t\n\r -~]*$/.test(text) ? text : withLatinLookalikes(text.replace(/\p{Cf}|\u034F/gu, ''));
  return latin.toLowerCase().replace(/\s+/g, ' ');
}
