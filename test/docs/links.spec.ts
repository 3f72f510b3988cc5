import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sourcesBelow } from './sources.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const INDEX = 'docs/reference/README.md';
const pages = sourcesBelow(ROOT)
  .map((file) => path.relative(ROOT, file))
  .filter((file) => file.endsWith('.md'));

/** Without code: what is quoted is no link. */
const proseOf = (page: string) =>
  readFileSync(path.join(ROOT, page), 'utf8')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '');

const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to ?? '').filter((to) => !/^[a-z]+:/i.test(to));

/** Headings as they are addressed: in lower case, without punctuation, hyphens for spaces. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(path.join(ROOT, page), 'utf8')
    .replace(/```[\s\S]*?```/g, '')
    .matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, text = '']) =>
    text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isDead(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
  if (!existsSync(path.join(ROOT, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
}

describe('links between our pages', () => {
  it('lead somewhere, also to the heading they name', () => {
    const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, link })));
    expect(links.length).toBeGreaterThan(80);
    expect(links.filter(({ page, link }) => isDead(page, link))).toEqual([]);
  });

  it('reach every page of docs from its index', () => {
    const reached = linksOf(INDEX).map((link) => path.join(path.dirname(INDEX), link.split('#')[0] ?? ''));
    // both folders have an index or a list of their own
    const own = /^docs\/(adr|rules)\/(?!README)/;
    const missing = pages.filter((page) => page.startsWith('docs/') && page !== INDEX && !own.test(page));
    expect(missing.filter((page) => !reached.includes(page))).toEqual([]);
  });

  it('reach every decision from the list of decisions', () => {
    const reached = linksOf('docs/adr/README.md').map((link) => path.join('docs/adr', link));
    const decisions = pages.filter((page) => /^docs\/adr\/\d/.test(page));
    expect(decisions.filter((page) => !reached.includes(page))).toEqual([]);
  });
});
