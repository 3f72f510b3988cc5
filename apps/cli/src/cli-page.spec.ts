import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Command, Option } from 'commander';
import { COMMANDS, GROUPS } from './commands/index.js';
import { buildProgram } from './program.js';

const PAGE = new URL('../../../docs/reference/cli.md', import.meta.url);
const ROOT = path.resolve(import.meta.dirname, '../../..');
/** What stands before it is written by hand. */
const BEGIN = '<!-- commands: `npm run docs` writes everything below this line from apps/cli/src/commands -->';
/** Described once, before the line. */
const COMMON = ['--format', '--exit-zero', '--no-color'];
const CONNECTION = ['--url', '--token'];

const program = buildProgram(async () => undefined, { out: () => undefined, err: () => undefined });
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (name: string, text: string) => `| \`${cell(name)}\` | ${cell(text)} |`;

function leafOf(name: string): Command {
  const leaf = name
    .split(' ')
    .reduce<Command | undefined>((at, word) => at?.commands.find((one) => one.name() === word), program);
  if (!leaf) throw new Error(`there is no command ${name}`);
  return leaf;
}

function optionRow(option: Option): string {
  const notes = [
    ...(option.mandatory ? ['required'] : []),
    ...(option.argChoices ? [`one of ${option.argChoices.join(', ')}`] : []),
    ...(['string', 'number'].includes(typeof option.defaultValue) ? [`default ${String(option.defaultValue)}`] : []),
  ];
  return row(option.flags, `${option.description}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`);
}

function section({ name, summary, examples = [], connects }: (typeof COMMANDS)[number]): string[] {
  const leaf = leafOf(name);
  const left = connects === 'account' ? [...COMMON, ...CONNECTION] : COMMON;
  const options = leaf.options.filter((option) => !option.hidden && !left.includes(option.long ?? ''));
  const args = leaf.registeredArguments.map((argument) => row(argument.name(), argument.description));
  const rows = [...args, ...options.map(optionRow)];
  const usage = leaf.createHelp().commandUsage(leaf);
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`;
  return [
    `### ${name}`,
    '',
    `${sentence}${/[.?!]$/.test(sentence) ? '' : '.'}`,
    '',
    `\`${usage}\``,
    '',
    ...(rows.length > 0 ? ['| | |', '|---|---|', ...rows, ''] : []),
    ...(examples.length > 0 ? ['```sh', ...examples, '```', ''] : []),
  ];
}

function commandsText(): string {
  const groups = Object.entries(GROUPS).map(([name, text]) => row(name, text));
  return [
    '',
    `${COMMANDS.length} commands. Groups:`,
    '',
    '| group | |',
    '|---|---|',
    ...groups,
    '',
    ...COMMANDS.flatMap(section),
  ].join('\n');
}

describe('the page of the command line', () => {
  it('shows every command with its arguments and options; `npm run docs` writes it anew', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [byHand = ''] = page.split(BEGIN);
    const right = `${byHand}${BEGIN}\n${commandsText()}`;
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, right);
    else expect(page).toBe(right);
  });

  it('says what each exit code means', () => {
    const codes = [...readFileSync(PAGE, 'utf8').matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 70]);
  });
});

describe('our pages', () => {
  const pages = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('adr'))
    .map((file) => path.join('docs', file));

  it('name no command that does not exist', () => {
    const known = new Set([...COMMANDS.map(({ name }) => name), ...Object.keys(GROUPS)]);
    const named = ['README.md', ...pages].flatMap((page) => {
      const code = readFileSync(path.join(ROOT, page), 'utf8').match(/```(sh|console)?\n[\s\S]*?```|`[^`\n]+`/g) ?? [];
      return code.flatMap((text) =>
        [...text.matchAll(/(?:^|[\s`$])rollcall ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?/gm)].map(
          ([, first = '', second = '']) => ({ page, first, both: `${first} ${second}`.trim() }),
        ),
      );
    });
    expect(named.length).toBeGreaterThan(100);
    const wrong = named.filter(({ first, both }) => !known.has(both) && (!known.has(first) || first in GROUPS));
    expect(wrong).toEqual([]);
  });
});
