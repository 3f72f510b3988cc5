import { LIFECYCLE_STATES } from '@rollcall/lifecycle';
import { z } from 'zod';

/** More per answer would fill a model's context; the cursor goes on. */
export const MAX_HITS = 50;
export const DEFAULT_HITS = 10;
const MAX_TEXT = 200;
const MAX_CURSOR = 1_024;

const serverName = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .describe('Registry name of the server, for example com.acme/weather.');
const search = z.string().max(MAX_TEXT);
const limit = z
  .number()
  .int()
  .min(1)
  .max(MAX_HITS)
  .optional()
  .describe(`Most hits of one answer, 1 to ${MAX_HITS}; ${DEFAULT_HITS} when left out.`);
const cursor = z.string().max(MAX_CURSOR).optional().describe('nextCursor of the answer before, to go on from there.');
const state = z.enum(LIFECYCLE_STATES);

/** Every answer has it; null when nothing was refused. Clients check the shape of refusals too, so there is one shape. */
const error = z
  .object({ code: z.string(), message: z.string(), nextStep: z.string() })
  .nullable()
  .describe('Why the call was refused, and what to do; null when it was answered.');

const serverHit = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  matched: z.array(z.object({ field: z.enum(['name', 'title', 'description', 'tool']), tool: z.string().nullable() })),
});

const toolHit = z.object({
  name: z.string(),
  server: z.string(),
  version: z.string(),
  state,
  description: z.string().nullable(),
  readOnly: z.boolean(),
  destructive: z.boolean(),
});

const server = z.object({
  name: z.string(),
  alias: z.string().describe('Prefix of its tools at the gateway: {alias}__{tool}.'),
  title: z.string().nullable(),
  description: z.string(),
  owner: z.string(),
  contact: z.string().nullable(),
  versions: z.array(z.object({ version: z.string(), state, latest: z.boolean(), quarantined: z.boolean() })),
  speaks: z.string().nullable().describe('The version whose tools are listed: the latest, else the newest.'),
  tools: z.array(toolHit.pick({ name: true, description: true, readOnly: true, destructive: true })),
  moreTools: z.boolean().describe('True when there are more tools than are listed here.'),
});

const tool = z.object({
  server: z.string(),
  version: z.string(),
  state,
  digest: z.string(),
  approved: z.boolean().describe('True when a reviewer approved exactly this definition.'),
  definition: z
    .record(z.string(), z.unknown())
    .describe('As the server sent it: name, description, schemas, annotations.'),
});

const guard = z.object({ guard: z.string(), status: z.enum(['met', 'unmet', 'unknown']), message: z.string() });

/** Input and output of every tool of the registry, and what a model reads about it. */
export const TOOL_SHAPES = {
  search_servers: {
    title: 'Search servers',
    description:
      'Finds MCP servers by words of their name, title, description or of the tools they offer. Leave search out to list all in name order.',
    input: z.strictObject({
      search: search.optional().describe('What to look for; words or a part of a name.'),
      state: state.optional().describe('Only servers with a version in this state.'),
      team: z.string().max(MAX_TEXT).optional().describe('Only servers of the team with this slug.'),
      destructive: z.boolean().optional().describe('Only servers with (true) or without (false) destructive tools.'),
      limit,
      cursor,
    }),
    output: z.object({ servers: z.array(serverHit), nextCursor: z.string().nullable(), error }),
  },
  search_tools: {
    title: 'Search tools',
    description: 'Finds tools of all servers by words of their name, description or arguments.',
    input: z.strictObject({
      search: search.min(1).describe('What the tool should do; words or a part of its name.'),
      server: serverName.optional().describe('Only tools of the server with this registry name.'),
      readOnly: z
        .boolean()
        .optional()
        .describe('Only tools that say they change nothing (true) or do not say so (false).'),
      destructive: z.boolean().optional().describe('Only tools that may destroy something (true) or cannot (false).'),
      limit,
      cursor,
    }),
    output: z.object({ tools: z.array(toolHit), nextCursor: z.string().nullable(), error }),
  },
  get_server: {
    title: 'Get a server',
    description:
      'Shows one server: owner, versions with their states, and the tools of the version that speaks for it.',
    input: z.strictObject({ server: serverName }),
    output: z.object({ server: server.nullable(), error }),
  },
  get_tool: {
    title: 'Get a tool',
    description: 'Shows the whole definition of one tool: description, input and output schema, annotations.',
    input: z.strictObject({
      server: serverName,
      tool: z.string().min(1).max(MAX_TEXT).describe('Name of the tool as the server offers it, without a prefix.'),
      version: z
        .string()
        .min(1)
        .max(MAX_TEXT)
        .optional()
        .describe('A version of the server; the one that speaks for it when left out.'),
    }),
    output: z.object({ tool: tool.nullable(), error }),
  },
  can_i: {
    title: 'Can a version move?',
    description:
      'Says whether a version may take a step of its lifecycle now, and what each guard of the step found. Takes no step.',
    input: z.strictObject({
      server: serverName,
      version: z.string().min(1).max(MAX_TEXT).describe('The version that would move.'),
      step: state.describe('The state it would move to.'),
    }),
    output: z.object({
      answer: z.enum(['yes', 'no', 'unknown']).nullable(),
      from: state.nullable(),
      to: state.nullable(),
      guards: z.array(guard),
      error,
    }),
  },
} as const;

/** Names of the tools of the registry. */
export type RegistryTool = keyof typeof TOOL_SHAPES;
/** Arguments of one tool. */
export type ToolInput<T extends RegistryTool> = z.infer<(typeof TOOL_SHAPES)[T]['input']>;
/** Answer of one tool without the refusal. */
export type ToolOutput<T extends RegistryTool> = Omit<z.infer<(typeof TOOL_SHAPES)[T]['output']>, 'error'>;
