import { type McpServer, ProtocolError, ProtocolErrorCode, ResourceNotFoundError } from '@modelcontextprotocol/server';
import { Inject, Injectable } from '@nestjs/common';
import { ServerFinder } from '@rollcall/discovery';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { LOGGER } from '../logger.token.js';
import { serverMarkdown } from './server-markdown.writer.js';
import { ServerPages } from './server-pages.read-model.prisma.js';
import { snippet } from './snippet.js';

const PREFIX = 'rollcall://servers/';
const TEMPLATE = `${PREFIX}{name}`;
const PAGE = 50;

/** The address of a server's page. */
export const resourceUri = (name: string): string => `${PREFIX}${encodeURIComponent(name)}`;

/** One resource per server that the caller may see: its page as Markdown, and the same as JSON. */
@Injectable()
export class RegistryResources {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly servers: ServerFinder,
    private readonly pages: ServerPages,
  ) {}

  /** Answers the resource methods for one caller. */
  offer({ server }: McpServer, ctx: RequestContext): void {
    server.setRequestHandler('resources/list', (request) =>
      this.masked(ctx, () => this.list(ctx, request.params?.cursor)),
    );
    server.setRequestHandler('resources/templates/list', () => ({
      resourceTemplates: [
        {
          uriTemplate: TEMPLATE,
          name: 'server',
          title: 'Server',
          description: 'The page of one server: owner, versions and tools. The name is percent-encoded.',
          mimeType: 'text/markdown',
        },
      ],
    }));
    server.setRequestHandler('resources/read', (request) => this.masked(ctx, () => this.read(ctx, request.params.uri)));
  }

  private async list(ctx: RequestContext, cursor: string | undefined) {
    const { items, hasNext } = await this.servers.page(ctx, { first: PAGE, after: cursor ?? null });
    const resources = items.map(({ server }) => ({
      uri: resourceUri(server.name),
      name: server.name,
      ...(server.title === null ? {} : { title: server.title }),
      description: snippet(server.description) ?? '',
      mimeType: 'text/markdown',
    }));
    const last = items.at(-1);
    return { resources, ...(hasNext && last ? { nextCursor: last.cursor } : {}) };
  }

  private async read(ctx: RequestContext, uri: string) {
    const name = nameIn(uri);
    if (name === null) throw new ResourceNotFoundError(uri);
    const page = await this.pages.page(ctx, name);
    return {
      contents: [
        { uri, mimeType: 'text/markdown', text: serverMarkdown(page) },
        { uri, mimeType: 'application/json', text: JSON.stringify(page) },
      ],
    };
  }

  /** A refusal becomes an error of the protocol; a fault is logged once and masked, or the SDK would send its message. */
  private async masked<T>(ctx: RequestContext, answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      if (error instanceof Refusal) {
        const { code, message, nextStep } = error;
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, message, { code, nextStep });
      }
      this.logger.error({ err: error, requestId: ctx.requestId }, 'mcp resource failed');
      const data = { code: 'INTERNAL', requestId: ctx.requestId };
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Something went wrong on our side.', data);
    }
  }
}

/** The name in an address of ours, null for any other. A name has a slash: encoded as the template says, or bare. */
function nameIn(uri: string): string | null {
  if (!uri.startsWith(PREFIX) || uri.length > 1_000) return null;
  try {
    const name = decodeURIComponent(uri.slice(PREFIX.length));
    return name === '' || name.includes('\0') ? null : name;
  } catch {
    // a lone percent sign: such an address names nothing
    return null;
  }
}
