import { z } from 'zod';
import { EVENT_TYPE_NAMES, EVENT_TYPES, type EventType } from './event.catalogue.js';

type Shape = {
  type?: string | string[];
  format?: string;
  anyOf?: Shape[];
  properties?: Record<string, Shape>;
  items?: Shape;
  description?: string;
  additionalProperties?: Shape | boolean;
};

const HEAD = `# Events

What webhooks are sent, one [CloudEvent 1.0](https://cloudevents.io) each. How they are delivered and verified: [webhooks](../operations/webhooks.md).
This page is generated from \`libs/notifications/src/event.catalogue.ts\`; a spec fails when it is stale.

- \`id\` is the same in every attempt: keep the ids you have seen, and act once.
- \`source\` is the public address of the control plane, \`subject\` what the event is about: \`{server}@{version}\` for versions.
- \`data\` has ids, names and links, never secrets, contracts or messages of servers. Ask the API for more, with your own rights.
- A type is never changed in a way that breaks a reader: members may be added, another meaning gets another \`.vN\`.
- A subscription names types exactly, or by the beginning: \`*\`, \`dev.rollcall.version.*\`.
`;

/** The reference page of all events, as Markdown. */
export function eventsPage(): string {
  const sections = EVENT_TYPE_NAMES.map((name) => section(name, EVENT_TYPES[name] as EventType));
  return `${HEAD}\n${sections.join('\n')}`;
}

function section(name: string, { when, data }: EventType): string {
  const shape = z.toJSONSchema(data, { io: 'output' }) as Shape;
  return [`## ${name}`, '', when, '', '| `data` | type | |', '|---|---|---|', ...rows(shape, ''), ''].join('\n');
}

function rows(shape: Shape, prefix: string): string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const line = `| \`${path}\` | ${typeOf(member)} | ${member.description ?? ''} |`;
    const parts = rows(nested(member), member.type === 'array' ? `${path}[].` : `${path}.`);
    // an object that is always there says nothing that its parts do not say
    return member.properties ? parts : [line, ...parts];
  });
}

function nested(shape: Shape): Shape {
  return shape.items ?? shape.anyOf?.find((one) => one.properties) ?? shape;
}

function typeOf(shape: Shape): string {
  if (shape.anyOf) return shape.anyOf.map(typeOf).join(' or ');
  if (shape.type === 'array') return `list of ${typeOf(shape.items ?? {})}`;
  if (shape.format === 'date-time') return 'instant';
  if (shape.format === 'uri') return 'URL';
  if (shape.type === 'object' && !shape.properties) return 'map of text to text';
  return (
    { integer: 'whole number', string: 'text', boolean: 'true or false' }[String(shape.type)] ?? String(shape.type)
  );
}
