import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import { CheckService } from '@rollcall/checks';
import { buildContract, type Contract, type IntakeIssue } from '@rollcall/contract';
import { type JsonObject, type JsonValue, Refusal, type RequestContext } from '@rollcall/kernel';
import { importOpenApi, type OpenApiDraft, type OpenApiIssue } from '@rollcall/openapi';
import { TransactionRunner } from '@rollcall/persistence';
import { ContractStore, PublishService, ServerCatalog } from '@rollcall/registry';

/** The description, and what it does not say about itself. `version` defaults to `info.version`. */
export type OpenApiImport = {
  document: JsonValue;
  name: string;
  version?: string | null;
  description?: string | null;
  alias?: string | null;
  contact?: string | null;
};

/** The draft that was made, and everything of the description that could not be carried over. */
export type OpenApiImportResult = {
  versionId: string;
  created: boolean;
  tools: { name: string; method: string; path: string; destructive: boolean }[];
  issues: (OpenApiIssue | IntakeIssue)[];
};

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const MAX_DESCRIPTION = 100;

/** Turns descriptions of services that are no MCP servers yet into drafts, ready for review. */
@Injectable()
export class ImportService {
  constructor(
    private readonly publisher: PublishService,
    private readonly contracts: ContractStore,
    private readonly checks: CheckService,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Publishes a draft whose contract is the description's: every operation a tool, destructive by its method. A check is
   * queued at once. Importing the same again changes nothing. Refuses as publishing does, and with OPENAPI_INVALID.
   */
  async openApi(ctx: RequestContext, input: OpenApiImport): Promise<OpenApiImportResult> {
    const read = importOpenApi(input.document);
    if (!read.ok) throw new Refusal(read.error);
    const draft = read.value;
    const definitions = draft.tools.map((tool) => tool.definition);
    const built = buildContract({ tools: definitions });
    const { versionId, created } = await this.publisher.publish(ctx, {
      manifest: manifestOf(draft, input),
      contract: { tools: definitions },
      alias: input.alias ?? null,
      contact: input.contact ?? null,
    });
    if (await this.adopt(ctx, versionId, built.contract)) {
      await this.checks.request(ctx, { version: { byId: versionId } });
    }
    return {
      versionId,
      created,
      tools: draft.tools.map(({ name, method, path, destructive }) => ({ name, method, path, destructive })),
      issues: [...draft.issues, ...built.issues],
    };
  }

  /** The described contract holds until a live server is inspected; one that was observed is never replaced. */
  private async adopt(ctx: RequestContext, versionId: string, contract: Contract): Promise<boolean> {
    const { organizationId } = ctx;
    const version = await this.catalog.version(ctx, { byId: versionId });
    return this.transactions.run(async (tx) => {
      await this.contracts.save(tx, organizationId, contract, ctx.clock.now());
      const { count } = await tx.serverVersion.updateMany({
        where: { id: versionId, organizationId, contractDigest: null },
        data: { contractDigest: contract.digest },
      });
      if (count === 0) return false;
      await this.audit.append(tx, ctx, {
        action: 'version.publish',
        subject: `version:${version.server.name}@${version.version}`,
        data: { importedFrom: 'openapi', contractDigest: contract.digest },
      });
      return true;
    });
  }
}

function manifestOf(draft: OpenApiDraft, input: OpenApiImport): JsonObject {
  const title = draft.title?.slice(0, MAX_DESCRIPTION) ?? null;
  const description = input.description ?? oneLine(draft.description ?? draft.title ?? input.name);
  return {
    $schema: SCHEMA,
    name: input.name,
    ...(title ? { title } : {}),
    description,
    version: input.version ?? draft.version ?? '',
  };
}

/** The first line of a description, within what server.json allows. */
function oneLine(text: string): string {
  const line =
    text
      .split('\n')
      .find((one) => one.trim() !== '')
      ?.trim() ?? text;
  return line.length <= MAX_DESCRIPTION ? line : `${line.slice(0, MAX_DESCRIPTION - 1).trimEnd()}…`;
}
