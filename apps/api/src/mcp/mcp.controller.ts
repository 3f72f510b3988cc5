import { All, Controller, Req, Res } from '@nestjs/common';
import { unauthenticated } from '@rollcall/access';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestContexts } from '../http/request-contexts.js';
import { McpEndpoint } from './mcp-endpoint.js';

/** `/mcp`: the registry as an MCP server over Streamable HTTP, for callers with a token (ADR 0022). */
@Controller('mcp')
export class McpController {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly endpoint: McpEndpoint,
  ) {}

  @All()
  async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // before anything of the message is looked at, whatever the method
    const ctx = await this.contexts.of(request);
    if (!ctx) throw unauthenticated();
    await this.endpoint.answer(ctx, request, reply);
  }
}
