import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { Inject, Injectable } from '@nestjs/common';
import { ServerFinder, ToolFinder } from '@rollcall/discovery';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import type { LifecycleState } from '@rollcall/lifecycle';
import type { Logger } from '@rollcall/observability';
import { TransitionService } from '@rollcall/transitions';
import { LOGGER } from '../logger.token.js';
import { ServerPages } from './server-pages.read-model.prisma.js';
import { snippet } from './snippet.js';
import { DEFAULT_HITS, type RegistryTool, TOOL_SHAPES, type ToolInput, type ToolOutput } from './tool-shapes.js';

/** A definition that is longer fills a model's context by itself. */
const MAX_DEFINITION = 64 * 1024;

type Answers = { [T in RegistryTool]: (ctx: RequestContext, input: ToolInput<T>) => Promise<ToolOutput<T>> };

/** The tools of `/mcp`: reads through the same services as GraphQL, so permissions are theirs. */
@Injectable()
export class RegistryTools {
  private readonly answers: Answers = {
    search_servers: async (ctx, { search, state, team, destructive, limit, cursor }) => {
      const found = await this.servers.page(ctx, {
        first: limit ?? DEFAULT_HITS,
        after: cursor ?? null,
        search: search ?? null,
        state,
        team,
        hasDestructiveTools: destructive,
      });
      const servers = found.items.map(({ server: { name, title, description }, matched }) => {
        return { name, title, description: snippet(description) ?? '', matched };
      });
      return { servers, nextCursor: nextOf(found) };
    },
    search_tools: async (ctx, { limit, cursor, ...filter }) => {
      const found = await this.tools.page(ctx, { ...filter, first: limit ?? DEFAULT_HITS, after: cursor });
      const tools = found.items.map(({ name, serverName, version, state, description, readOnly, destructive }) => {
        return {
          name,
          server: serverName,
          version,
          state: state as LifecycleState,
          description: snippet(description),
          readOnly,
          destructive,
        };
      });
      return { tools, nextCursor: nextOf(found) };
    },
    get_server: async (ctx, { server }) => ({ server: await this.pages.page(ctx, server) }),
    get_tool: async (ctx, input) => {
      const { version, digest, approved, definition } = await this.tools.definition(ctx, input);
      if (JSON.stringify(definition).length > MAX_DEFINITION) throw tooLarge(input.tool);
      const state = version.state as LifecycleState;
      return { tool: { server: input.server, version: version.version, state, digest, approved, definition } };
    },
    can_i: async (ctx, { server, version, step }) => {
      const report = await this.transitions.canI(ctx, { version: { byName: { server, version } }, to: step });
      const guards = report.guards.map(({ guard, status, message }) => ({ guard, status, message }));
      return { answer: report.answer, from: report.rule.from, to: report.rule.to, guards };
    },
  };

  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly servers: ServerFinder,
    private readonly tools: ToolFinder,
    private readonly pages: ServerPages,
    private readonly transitions: TransitionService,
  ) {}

  /** Registers every tool for one caller. */
  offer(server: McpServer, ctx: RequestContext): void {
    for (const name of Object.keys(TOOL_SHAPES) as RegistryTool[]) this.register(server, ctx, name);
  }

  private register<T extends RegistryTool>(server: McpServer, ctx: RequestContext, name: T): void {
    const { title, description, input, output } = TOOL_SHAPES[name];
    const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
    server.registerTool(
      name,
      { title, description, inputSchema: input, outputSchema: output, annotations },
      // the SDK has validated the arguments against `input`
      (args: unknown) => this.answer(ctx, name, args as ToolInput<T>),
    );
  }

  private async answer<T extends RegistryTool>(
    ctx: RequestContext,
    name: T,
    input: ToolInput<T>,
  ): Promise<CallToolResult> {
    try {
      return result({ ...(await this.answers[name](ctx, input)), error: null });
    } catch (error) {
      return { ...result({ ...NOTHING[name], error: this.told(ctx, name, error) }), isError: true };
    }
  }

  /** A refusal is told; a fault is logged once and masked, or the SDK would send its message. */
  private told(ctx: RequestContext, tool: RegistryTool, error: unknown) {
    if (error instanceof Refusal) return { code: error.code, message: error.message, nextStep: error.nextStep };
    this.logger.error({ err: error, requestId: ctx.requestId, tool }, 'mcp call failed');
    const nextStep = `Try again; if it stays, report the request id ${ctx.requestId}.`;
    return { code: 'INTERNAL', message: 'Something went wrong on our side.', nextStep };
  }
}

/** What an answer holds when the call was refused. */
const NOTHING: { [T in RegistryTool]: ToolOutput<T> } = {
  search_servers: { servers: [], nextCursor: null },
  search_tools: { tools: [], nextCursor: null },
  get_server: { server: null },
  get_tool: { tool: null },
  can_i: { answer: null, from: null, to: null, guards: [] },
};

function result(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}

function nextOf({ items, hasNext }: { items: readonly { cursor: string }[]; hasNext: boolean }): string | null {
  return hasNext ? (items.at(-1)?.cursor ?? null) : null;
}

function tooLarge(tool: string): Refusal {
  return new Refusal({
    code: 'DEFINITION_TOO_LARGE',
    message: `The definition of "${tool}" has more than ${MAX_DEFINITION} characters.`,
    nextStep: 'Read it from the contract: the field version.contract of the GraphQL API.',
  });
}
