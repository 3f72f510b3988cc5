import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import type { JsonValue } from '@rollcall/kernel';
import { reviewManifest } from '@rollcall/manifest';
import type { FastifyReply } from 'fastify';
import { registryDocument } from './registry-document.js';
import { MEMBER_PREFIXES } from './registry-paths.js';
import { validationReport } from './validation-report.js';

/** What anybody may ask: is it alive, which release is it, what does it offer, is this manifest valid. */
@Controller()
export class RegistryOperationsController {
  @Get(MEMBER_PREFIXES.map((prefix) => `${prefix}/health`))
  health() {
    return { status: 'ok' };
  }

  @Get(MEMBER_PREFIXES.map((prefix) => `${prefix}/ping`))
  ping() {
    return { pong: true };
  }

  @Get(MEMBER_PREFIXES.map((prefix) => `${prefix}/version`))
  version() {
    return RELEASE;
  }

  @Get('openapi.yaml')
  document(@Res() reply: FastifyReply) {
    reply.header('access-control-allow-origin', '*').type('application/yaml').send(registryDocument());
  }

  /** Always 200: what is wrong with the document is the answer. */
  @Post(MEMBER_PREFIXES.map((prefix) => `${prefix}/validate`))
  @HttpCode(200)
  validate(@Body() manifest: JsonValue | undefined) {
    return validationReport(reviewManifest(manifest ?? null));
  }
}

/** The release as the package names it. A build from a working tree knows neither commit nor time. */
const RELEASE = { version: '0.1.0', git_commit: 'unknown', build_time: 'unknown' } as const;
