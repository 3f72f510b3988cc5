import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sourcesBelow } from './sources.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const text = (page: string) => readFileSync(path.join(ROOT, page), 'utf8');

/** The declared order of a floor, out of the rules that enforce it. */
function orderOf(floor: string): string {
  const rules = createRequire(import.meta.url)(path.join(ROOT, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string; comment: string }[];
  };
  const rule = rules.forbidden.find(({ name }) => name.startsWith(`${floor}-order-`));
  return /one declared order \(([^)]+)\)/.exec(rule?.comment ?? '')?.[1] ?? '';
}

describe('the floors on our pages', () => {
  it.each(['pure', 'feature'])('are those of the rules: %s libs', (floor) => {
    const order = orderOf(floor);
    expect(order.split(' < ').length).toBeGreaterThan(5);
    expect(text('docs/ARCHITECTURE.md')).toContain(`\`${order}\``);
    expect(text('CONTRIBUTING.md')).toContain(`${order.replaceAll(' < ', ', ')}.`);
  });
});

describe('the routes on our pages', () => {
  it('take in every place the api has controllers at', () => {
    const controllers = sourcesBelow(path.join(ROOT, 'apps/api/src')).filter((file) => file.endsWith('.controller.ts'));
    const places = controllers.flatMap((file) => {
      const said = /@Controller\(([^)]*)\)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
      return [...said.matchAll(/'([^']+)'/g)].map(([, place = '']) => place.split('/:')[0] ?? '');
    });
    expect(places.length).toBeGreaterThan(5);
    const page = text('docs/ARCHITECTURE.md');
    expect(places.filter((place) => !page.includes(`/${place}`))).toEqual([]);
  });
});
