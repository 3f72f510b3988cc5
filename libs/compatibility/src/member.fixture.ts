import type { RawOffer } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { A_IN, A_OUT, field, open, type Row, text, tool } from './offer.fixture.js';

const list = { name: 'list_invoices', description: 'Lists all invoices.', inputSchema: { type: 'object' } };
const described = (words: string): JsonObject => ({
  inputSchema: { type: 'object', properties: { a: { ...text, description: words } } },
});
const headed = (more: JsonObject): RawOffer => open({ a: { ...text, ...more } });
const hint = (more: JsonObject): RawOffer => tool({ annotations: more });
const with_ = (more: Partial<RawOffer>): RawOffer => ({ ...tool({}), ...more });
const resource = { uri: 'file:///a', name: 'a', mimeType: 'text/plain' };
const prompt = { name: 'greet', arguments: [{ name: 'who' }] };

/** Differences of everything but values. */
export const MEMBER_FIXTURES: Row[] = [
  ['a tool is removed', { tools: [...tool({}).tools, list] }, tool({}), 'TOOL_REMOVED', '', 'breaking'],
  [
    'a tool is renamed',
    { tools: [list] },
    { tools: [{ ...list, name: 'listInvoices' }] },
    'TOOL_RENAMED',
    '',
    'breaking',
  ],
  ['a tool is added', tool({}), { tools: [...tool({}).tools, list] }, 'TOOL_ADDED', '', 'safe'],
  ['a title changes', tool({ title: 'A' }), tool({ title: 'B' }), 'TITLE_CHANGED', '/title', 'safe'],
  [
    'a description changes',
    tool({}),
    tool({ description: 'Pays it twice.' }),
    'DESCRIPTION_CHANGED',
    '/description',
    'safe',
  ],
  [
    'the description of an argument changes',
    tool(described('x')),
    tool(described('y')),
    'PARAMETER_TEXT_CHANGED',
    `${A_IN}/description`,
    'safe',
  ],
  [
    'the description of a result changes',
    field({ ...text, description: 'x' }),
    field({ ...text, description: 'y' }),
    'OUTPUT_TEXT_CHANGED',
    `${A_OUT}/description`,
    'safe',
  ],
  [
    'the instructions change',
    with_({ instructions: 'a' }),
    with_({ instructions: 'b' }),
    'INSTRUCTIONS_CHANGED',
    '',
    'safe',
  ],
  [
    'a capability is removed',
    with_({ capabilities: { logging: {} } }),
    tool({}),
    'CAPABILITY_REMOVED',
    '/logging',
    'dangerous',
  ],
  ['a capability is added', tool({}), with_({ capabilities: { logging: {} } }), 'CAPABILITY_ADDED', '/logging', 'safe'],
  [
    'a capability changes',
    with_({ capabilities: { tools: {} } }),
    with_({ capabilities: { tools: { listChanged: true } } }),
    'CAPABILITY_CHANGED',
    '/tools',
    'safe',
  ],
  [
    'a tool no longer only reads',
    hint({ readOnlyHint: true }),
    hint({}),
    'ANNOTATION_READ_ONLY_CHANGED',
    '/annotations/readOnlyHint',
    'safe',
  ],
  [
    'a tool becomes destructive by leaving the hint out',
    hint({ destructiveHint: false }),
    hint({}),
    'ANNOTATION_DESTRUCTIVE_CHANGED',
    '/annotations/destructiveHint',
    'safe',
  ],
  [
    'a tool is no longer idempotent',
    hint({ idempotentHint: true }),
    hint({ idempotentHint: false }),
    'ANNOTATION_IDEMPOTENT_CHANGED',
    '/annotations/idempotentHint',
    'safe',
  ],
  [
    'a tool reaches the open world',
    hint({ openWorldHint: false }),
    hint({ openWorldHint: true }),
    'ANNOTATION_OPEN_WORLD_CHANGED',
    '/annotations/openWorldHint',
    'safe',
  ],
  [
    'an argument is copied into a header',
    headed({}),
    headed({ 'x-mcp-header': 'Region' }),
    'HEADER_PLACEMENT_CHANGED',
    `${A_IN}/x-mcp-header`,
    'dangerous',
  ],
  [
    'a default changes',
    headed({ default: 'x' }),
    headed({ default: 'y' }),
    'DEFAULT_CHANGED',
    `${A_IN}/default`,
    'dangerous',
  ],
  ['a default is added', headed({}), headed({ default: 'y' }), 'DEFAULT_ADDED', `${A_IN}/default`, 'safe'],
  ['a resource is removed', with_({ resources: [resource] }), tool({}), 'RESOURCE_REMOVED', '', 'breaking'],
  ['a resource is added', tool({}), with_({ resources: [resource] }), 'RESOURCE_ADDED', '', 'safe'],
  [
    'a resource changes its type',
    with_({ resources: [resource] }),
    with_({ resources: [{ ...resource, mimeType: 'text/html' }] }),
    'RESOURCE_MIME_TYPE_CHANGED',
    '/mimeType',
    'dangerous',
  ],
  [
    'a resource changes its wording',
    with_({ resources: [resource] }),
    with_({ resources: [{ ...resource, description: 'A file.' }] }),
    'RESOURCE_TEXT_CHANGED',
    '',
    'safe',
  ],
  ['a prompt is removed', with_({ prompts: [prompt] }), tool({}), 'PROMPT_REMOVED', '', 'breaking'],
  ['a prompt is added', tool({}), with_({ prompts: [prompt] }), 'PROMPT_ADDED', '', 'safe'],
  [
    'a prompt requires an argument',
    with_({ prompts: [prompt] }),
    with_({ prompts: [{ ...prompt, arguments: [{ name: 'who', required: true }] }] }),
    'PROMPT_ARGUMENT_REQUIRED',
    '/arguments',
    'breaking',
  ],
  [
    'a prompt loses an argument',
    with_({ prompts: [prompt] }),
    with_({ prompts: [{ name: 'greet' }] }),
    'PROMPT_ARGUMENT_REMOVED',
    '/arguments',
    'dangerous',
  ],
  [
    'a prompt changes its wording',
    with_({ prompts: [prompt] }),
    with_({ prompts: [{ ...prompt, description: 'Says hello.' }] }),
    'PROMPT_TEXT_CHANGED',
    '',
    'safe',
  ],
];
