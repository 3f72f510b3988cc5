import { describe, expect, it } from '@jest/globals';
import { envelopeText } from './envelope.js';
import { bold, inline, red, render, wantsColour } from './style.js';
import { table } from './table.js';

const ESC = '\u001B';

describe('text for terminals', () => {
  it('shows control characters of others instead of obeying them', () => {
    const hostile = `a${ESC}[2Jb\u0007c\rd\u202Ee\u200Bf\u009Bg`;
    for (const colour of [true, false]) {
      expect(render(hostile, colour)).toBe('a\\u{1b}[2Jb\\u{7}c\\u{d}d\\u{202e}e\\u{200b}f\\u{9b}g');
    }
  });

  it('gives a runner of GitHub no command to obey', () => {
    for (const line of ['::error::x', '  ::stop-commands::x', `${red('::add-mask::x')}`]) {
      expect(render(`fine\n${line}`, false)).not.toMatch(/^\s*::/m);
    }
    expect(render('x ##[error]y', false)).toBe('x #\\#[error]y');
    const printed = envelopeText('inspect', { name: '##[error]y' }, null);
    expect(printed).not.toContain('##[');
    expect(JSON.parse(printed).data).toEqual({ name: '##[error]y' });
  });

  it('colours only when asked to', () => {
    expect(render(red('no'), true)).toBe(`${ESC}[31mno${ESC}[0m`);
    expect(render(red('no'), false)).toBe('no');
  });

  it('keeps a value on one line, without our own marks', () => {
    expect(inline('a\n\n✔ identical\t b')).toBe('a ✔ identical b');
    expect(inline(bold('x'))).toBe('x');
  });

  it('has colour on a terminal that wants it, and nowhere else', () => {
    expect(wantsColour({ terminal: true, env: {} })).toBe(true);
    expect(wantsColour({ terminal: false, env: {} })).toBe(false);
    expect(wantsColour({ terminal: true, env: { NO_COLOR: '1' } })).toBe(false);
    expect(wantsColour({ terminal: true, env: { NO_COLOR: '' } })).toBe(true);
    expect(wantsColour({ terminal: true, env: { TERM: 'dumb' } })).toBe(false);
  });
});

describe('a table', () => {
  it('aligns by what is visible', () => {
    const text = render(
      table([
        [bold('a'), 'x'],
        ['bbb', 'y'],
      ]),
      false,
    );
    expect(text).toBe('a    x\nbbb  y');
  });

  it('cuts long cells in the middle, and never the last one', () => {
    const long = 'x'.repeat(100);
    const [first, last] = table([[long, long]]).split('  ');
    expect(first).toMatch(/^x+…x+$/);
    expect(last).toBe(long);
  });
});
