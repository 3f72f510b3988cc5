import { isIP } from 'node:net';
import { isDialable } from '@rollcall/mcp-client';
import { isEventPattern } from './event.catalogue.js';
import { webhookInvalid } from './notifications.errors.js';

/** How a webhook speaks: signed CloudEvents, or Slack's incoming webhooks. */
export type WebhookKind = 'standard' | 'slack';

const MAX_URL = 2_000;
const MAX_PATTERNS = 50;
const MAX_DESCRIPTION = 200;

/** The address as it is dialled. Which networks may be reached is decided again at every dial. */
export function readUrl(text: string): URL {
  const url = text.length <= MAX_URL && URL.canParse(text) ? new URL(text) : null;
  const next = 'Give an absolute https address, for example https://hooks.example.com/rollcall.';
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw webhookInvalid('url', 'This is not an absolute http or https address of at most 2000 characters.', next);
  }
  if (url.username || url.password) throw webhookInvalid('url', 'The address carries credentials.', next);
  if (url.hash) throw webhookInvalid('url', 'The address has a fragment, which is never sent.', next);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'http:' && isIP(host) !== 0 && isDialable(host, { allowPrivate: [] })) {
    throw webhookInvalid('url', 'A public address without TLS: everybody on the way could read the events.', next);
  }
  return url;
}

/** What people are shown of an address: no query, and of Slack's only the host, because its path is the secret. */
export function shownAddress(url: URL, kind: WebhookKind): string {
  return kind === 'slack' ? `${url.origin}/…` : `${url.origin}${url.pathname}`;
}

/** Patterns without repetition; each must match some type. */
export function readPatterns(patterns: readonly string[]): string[] {
  const wrong = patterns.find((pattern) => !isEventPattern(pattern));
  const next = 'Use *, dev.rollcall.version.* or an exact type; docs/reference/events.md lists them.';
  if (wrong !== undefined) {
    throw webhookInvalid('events', `"${wrong.slice(0, 100)}" matches no type of event.`, next);
  }
  const distinct = [...new Set(patterns)];
  if (distinct.length === 0 || distinct.length > MAX_PATTERNS) {
    throw webhookInvalid('events', `Between 1 and ${MAX_PATTERNS} patterns are needed.`, next);
  }
  return distinct;
}

export function readDescription(text: string): string {
  const line = text.trim();
  if (line.length <= MAX_DESCRIPTION && !/\p{Cc}/u.test(line)) return line;
  throw webhookInvalid('description', 'A description is one line of at most 200 characters.', 'Shorten it.');
}
