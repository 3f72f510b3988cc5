import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPE_NAMES } from './event.catalogue.js';
import { eventsPage } from './events-page.writer.js';

const PAGE = new URL('../../../docs/reference/events.md', import.meta.url);

describe('the page of events', () => {
  it('says what the catalogue says; `npm run docs` writes it anew', () => {
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, eventsPage());
    expect(readFileSync(PAGE, 'utf8')).toBe(eventsPage());
  });

  it('knows only names of the promised form', () => {
    for (const name of EVENT_TYPE_NAMES) expect(name).toMatch(/^dev\.rollcall\.[a-z]+\.[a-z_]+\.v[1-9]$/);
  });
});
