import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@rollcall/config';
import { validate } from 'dockerfile-utils';

/** The image cannot be built where these tests run: they hold what can be held by reading. */
const root = path.resolve(import.meta.dirname, '../..');
const text = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
const instructions = text
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));
const of = (name: string): string[] => instructions.filter((line) => line.startsWith(`${name} `));
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

describe('Dockerfile', () => {
  it('is valid', () => {
    expect(validate(text)).toEqual([]);
  });

  it('starts from exact versions of a slim Node that the product supports', () => {
    expect(of('FROM')).toHaveLength(2);
    for (const from of of('FROM')) expect(from).toMatch(/^FROM node:2[24]\.\d+\.\d+-bookworm-slim( AS [a-z]+)?$/);
  });

  it('runs as a user that is not root, set last and by number', () => {
    const users = lastStage.filter((line) => line.startsWith('USER '));
    expect(users).toHaveLength(1);
    expect(users[0]).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
    const after = lastStage.slice(lastStage.indexOf(users[0] ?? '') + 1);
    expect(after.filter((line) => /^(RUN|COPY|ADD) /.test(line))).toEqual([]);
  });

  it('has a health check that needs nothing but Node', () => {
    expect(lastStage.filter((line) => line.startsWith('HEALTHCHECK '))).toEqual([
      expect.stringContaining('"node", "scripts/healthcheck.mjs"'),
    ]);
  });

  it('leaves compilers and development packages behind', () => {
    expect(text).toContain('npm prune --omit=dev');
    expect(
      lastStage.filter((line) => line.startsWith('COPY ')).every((line) => line.startsWith('COPY --from=build ')),
    ).toBe(true);
    expect(lastStage.join('\n')).not.toMatch(/apt-get|npm (ci|install)/);
  });

  it('copies only what exists in the repository or is built', () => {
    for (const line of of('COPY')) {
      const sources = line
        .split(/\s+/)
        .slice(1, -1)
        .filter((part) => !part.startsWith('--'));
      for (const source of sources.map((one) => one.replace(/^\/src\//, ''))) {
        if (!['dist', 'node_modules', '.'].includes(source))
          expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
      }
    }
  });

  it('sets variables that the product knows, with values it accepts, and no secret', () => {
    const variables = Object.fromEntries(
      [...text.matchAll(/\b(ROLLCALL_[A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(Object.keys(variables).length).toBeGreaterThan(3);
    expect(() => loadConfig(variables)).not.toThrow();
    expect(Object.keys(variables).filter((name) => /TOKEN|PASSPHRASE|PASSWORD|DATABASE_URL/.test(name))).toEqual([]);
  });

  it('keeps the working copy, its data and its secrets out of the build context', () => {
    const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
    for (const line of ['.git', '.rollcall', '**/node_modules', 'dist', '**/*.env']) expect(ignored).toContain(line);
  });
});
