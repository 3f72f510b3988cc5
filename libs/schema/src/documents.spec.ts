import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { buildASTSchema, concatAST, type DocumentNode, parse, print, validate } from 'graphql';
import * as schema from './index.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

function parseFolder(folder: string): DocumentNode {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.graphql')).sort();
  return concatAST(files.map((name) => parse(readFileSync(path.join(root, folder, name), 'utf8'))));
}

const sdl = buildASTSchema(parseFolder('apps/api/src'));
const documents = parseFolder('libs/schema/documents');

const operations = documents.definitions.flatMap((definition) =>
  definition.kind === 'OperationDefinition' ? [definition.name?.value ?? '(unnamed)'] : [],
);

function generated(name: string): DocumentNode | undefined {
  return (schema as unknown as Record<string, DocumentNode | undefined>)[`${name}Document`];
}

describe('the GraphQL documents', () => {
  it('fit the SDL of the api, all of them together', () => {
    expect(validate(sdl, documents).map(String)).toEqual([]);
  });

  it('have a name each, and say in front whose they are', () => {
    expect(operations.filter((name) => !/^(Cli|Console)[A-Z]/.test(name))).toEqual([]);
    expect(new Set(operations).size).toBe(operations.length);
  });

  it.each(operations)('%s is generated, complete with its fragments, and valid by itself', (name) => {
    const document = generated(name);
    if (document === undefined) throw new Error(`${name} is not generated: run npm run codegen`);
    expect(validate(sdl, parse(print(document))).map(String)).toEqual([]);
  });

  it('ask for pages no larger than the api gives', () => {
    const literals = [...print(documents).matchAll(/first: (\d+)/g)].map((match) => Number(match[1]));
    expect(literals.filter((first) => first > 100)).toEqual([]);
  });
});
