import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.js';

const ESC = '\u001B';

function onto(around: { columns?: number; env?: Record<string, string> }) {
  const written: string[] = [];
  const io = {
    stdout: () => {
      throw new Error('standard output is for data');
    },
    stderr: (text: string) => void written.push(text),
    stdin: async () => new Uint8Array(),
    env: around.env ?? {},
    cwd: '/',
    terminal: false,
    stderrColumns: around.columns,
  };
  return { progress: new Progress(io), text: () => written.join('') };
}

describe('progress', () => {
  it('is one line for each change of a state where there is no terminal, with the time since the start', async () => {
    const { progress, text } = onto({});
    await progress.during('connect', async () => undefined);
    await expect(progress.during('diff', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    progress.set('lint', 'skipped', 'no contract');
    progress.set('lint', 'skipped', 'no contract');
    const lines = text().trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^ +\d+\.\d s {2}/, ''))).toEqual([
      'connect  running',
      'connect  done',
      'diff  running',
      'diff  failed',
      'lint  skipped: no contract',
    ]);
  });

  it('is a list that is painted in its place on a terminal', () => {
    const { progress, text } = onto({ columns: 80 });
    progress.set('connect', 'running');
    progress.set('diff', 'running');
    progress.set('connect', 'done', 'healthy');
    expect(text()).toContain(`${ESC}[1A${ESC}[0J`);
    expect(text()).toContain(`${ESC}[2A${ESC}[0J`);
    expect(text().split(`${ESC}[0J`).at(-1)).toMatch(/✔.* connect healthy .*\n.*….* diff/);
  });

  it.each([{ CI: 'true' }, { TERM: 'dumb' }])('moves no cursor with %j', (env) => {
    const { progress, text } = onto({ columns: 80, env });
    progress.set('connect', 'running');
    progress.set('connect', 'done');
    expect(text()).not.toContain(ESC);
  });

  it('has no colour with NO_COLOR, and still its place', () => {
    const { progress, text } = onto({ columns: 80, env: { NO_COLOR: '1' } });
    progress.set('connect', 'running');
    progress.set('connect', 'done');
    expect(text()).not.toMatch(new RegExp(`${ESC}\\[\\d+m`));
    expect(text()).toContain(`${ESC}[1A`);
  });

  it('keeps every task on one line, whatever it is called', () => {
    const { progress, text } = onto({ columns: 60 });
    progress.set(`evil\n${ESC}[2J${'x'.repeat(200)}`, 'running');
    expect(text().trimEnd().split('\n')).toHaveLength(1);
    expect(text()).not.toContain(`${ESC}[2J`);
  });
});
