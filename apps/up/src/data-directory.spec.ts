import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DATA_FORMAT, dataDirectory, prepareDataDirectory } from './data-directory.js';
import { LogFile } from './log-file.js';
import { databaseName, keptTokens, mergeTokens } from './tokens.js';

describe('the data directory', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'rollcall-data-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is made with parents, marked with its format, and closed to others', () => {
    const data = dataDirectory(path.join(home, 'a', 'b'));
    prepareDataDirectory(data);
    prepareDataDirectory(data);
    expect(JSON.parse(readFileSync(path.join(data.root, 'rollcall.json'), 'utf8'))).toEqual({
      product: 'rollcall',
      format: DATA_FORMAT,
    });
    expect(statSync(data.root).mode & 0o066).toBe(0);
  });

  it('is refused when it belongs to something else', () => {
    writeFileSync(path.join(home, 'thesis.txt'), 'do not touch');
    expect(() => prepareDataDirectory(dataDirectory(home))).toThrow(
      `${home} is not empty and was not made by Rollcall.`,
    );
  });

  it('is refused when a later version wrote it', () => {
    writeFileSync(path.join(home, 'rollcall.json'), JSON.stringify({ product: 'rollcall', format: DATA_FORMAT + 1 }));
    expect(() => prepareDataDirectory(dataDirectory(home))).toThrow(`has format ${DATA_FORMAT + 1}`);
  });

  it.each(['', '{"product":"rollcall"', '[]', '{"product":"rollcall","format":"one"}'])(
    'is refused when its marker is %j',
    (text) => {
      writeFileSync(path.join(home, 'rollcall.json'), text);
      expect(() => prepareDataDirectory(dataDirectory(home))).toThrow('is damaged and cannot be read');
    },
  );

  it('is refused when it cannot be a directory', () => {
    writeFileSync(path.join(home, 'file'), '');
    expect(() => prepareDataDirectory(dataDirectory(path.join(home, 'file')))).toThrow('Rollcall cannot write to');
    expect(() => prepareDataDirectory(dataDirectory(path.join(home, 'file', 'below')))).toThrow(
      'Rollcall cannot write to',
    );
  });

  it('is refused when the disk has too little space, with both numbers', () => {
    expect(() => prepareDataDirectory(dataDirectory(path.join(home, 'data')), 1e9)).toThrow(
      / MB free, and 1000000000 MB are needed/,
    );
  });
});

describe('kept sign-ins', () => {
  const start = { database: 'embedded', demo: true };
  const answer = { organization: 'acme', environment: 'production', created: true };

  it('name a database without its password and tell two databases apart', () => {
    expect(databaseName(undefined)).toBe('embedded');
    expect(databaseName('postgresql://a:one@h/db')).toBe(databaseName('postgresql://b:two@h/db'));
    expect(databaseName('postgresql://a@h/db')).not.toBe(databaseName('postgresql://a@h/other'));
  });

  it('count only for the same database and the same kind of start', () => {
    const home = mkdtempSync(path.join(tmpdir(), 'rollcall-tokens-'));
    const file = path.join(home, 'tokens.json');
    const tokens = mergeTokens(undefined, { ...answer, tokens: { admin: 'a' }, gatewayToken: 'g' }, start);
    writeFileSync(file, JSON.stringify(tokens));
    expect(keptTokens(file, 'embedded', true)).toEqual(tokens);
    expect(keptTokens(file, 'embedded', false)).toBeUndefined();
    expect(keptTokens(file, 'another', true)).toBeUndefined();
    rmSync(home, { recursive: true });
  });

  it('are incomplete without administrator or gateway, or when the organization is another one', () => {
    const whole = mergeTokens(undefined, { ...answer, tokens: { admin: 'a' }, gatewayToken: 'g' }, start);
    expect(whole).toBeDefined();
    expect(mergeTokens(undefined, { ...answer, tokens: { admin: 'a' } }, start)).toBeUndefined();
    expect(mergeTokens(undefined, { ...answer, gatewayToken: 'g' }, start)).toBeUndefined();
    expect(mergeTokens(whole, { ...answer, organization: 'other' }, start)).toBeUndefined();
    expect(mergeTokens(whole, answer, start)).toEqual(whole);
  });
});

describe('the log of a child', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'rollcall-log-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it.each([
    ['Error: no queue\n    at start (file.js:1:2)\n\nNode.js v20.20.2\n', 'Error: no queue'],
    [
      '{"level":30,"msg":"listening"}\n{"level":50,"msg":"cannot write","err":{"message":"no space"}}\n',
      'cannot write: no space',
    ],
    ['{"ready":true}\n', ''],
    ['the password is wrong and access refused\nbye\n', 'the password is wrong and access refused'],
  ])('finds the telling line in %j', (text, line) => {
    const log = new LogFile(path.join(home, 'x.log'));
    log.write(Buffer.from(text));
    expect(log.tail()).toBe(line);
    log.close();
  });

  it('is kept below its limit, with one older file', () => {
    mkdirSync(path.join(home, 'logs'));
    const file = path.join(home, 'logs', 'x.log');
    const log = new LogFile(file);
    for (let megabyte = 0; megabyte < 25; megabyte++) log.write(Buffer.alloc(1_048_576, 'x\n'));
    log.close();
    expect(statSync(file).size).toBeLessThanOrEqual(10 * 1_048_576);
    expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(10 * 1_048_576);
  });
});
