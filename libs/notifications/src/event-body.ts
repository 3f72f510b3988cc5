import { type EventTypeName, sentenceOf } from './event.catalogue.js';
import { plainLine, slackText } from './plain-text.js';

/** An event as it is stored: rendered once, sent as often as needed. */
export type StoredEvent = { id: string; type: string; subject: string; data: unknown; occurredAt: Date };

/** What one kind of endpoint is sent. */
export type EventBody = { contentType: string; body: string };

/** CloudEvents 1.0, JSON format, structured mode. */
export function cloudEventBody(event: StoredEvent, publicUrl: string): EventBody {
  const body = {
    specversion: '1.0',
    id: event.id,
    source: publicUrl,
    type: event.type,
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  };
  return { contentType: 'application/cloudevents+json; charset=utf-8', body: JSON.stringify(body) };
}

/**
 * One sentence and a link, as Slack's incoming webhooks take them. Names are data: the sentence is plain text, and the
 * only markup is the link, which is ours.
 */
export function slackBody(event: StoredEvent): EventBody {
  const text = slackText(plainLine(sentenceOf(event.type as EventTypeName, event.data), 1_000));
  const url = linkOf(event.data);
  const origin = slackText(plainLine(event.type, 100));
  const footer = url === null ? origin : `<${slackLink(url)}|Open> ${origin}`;
  const body = {
    text,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'section', text: { type: 'plain_text', text, emoji: false } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: footer, verbatim: true }] },
    ],
  };
  return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

/** Our own links are percent-encoded already; `|` and angle brackets would end one. */
function slackLink(url: string): string {
  return slackText(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E'));
}

function linkOf(data: unknown): string | null {
  const url = typeof data === 'object' && data !== null && 'url' in data ? data.url : null;
  return typeof url === 'string' ? url : null;
}
