import { err, isJsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import { invalid, OpenApiDocument, type OpenApiIssue, pointerPart } from './openapi-document.js';
import { METHODS, type OperationTool, toolOf } from './operation-tool.js';

/** More than this is not one server that a model could use. */
export const MAX_OPERATIONS = 1_000;

/** What a REST description says, as the draft of a server. */
export type OpenApiDraft = {
  title: string | null;
  /** `info.version`, as written. */
  version: string | null;
  description: string | null;
  /** In the order of the description: paths, then methods. */
  tools: OperationTool[];
  issues: OpenApiIssue[];
};

/**
 * Reads an OpenAPI 3.0 or 3.1 description: every operation becomes a tool with input and output schema and annotations
 * that follow from its HTTP method. Pure: nothing is fetched, remote references are noted and left open.
 * Refuses with OPENAPI_INVALID.
 */
export function importOpenApi(description: JsonValue): Result<OpenApiDraft> {
  const opened = OpenApiDocument.open(description);
  if (!opened.ok) return opened;
  const document = opened.value;
  const taken = new Set<string>();
  const tools: OperationTool[] = [];
  const paths = isJsonObject(document.root['paths']) ? document.root['paths'] : {};
  for (const [path, value] of Object.entries(paths)) {
    if (!path.startsWith('/')) continue; // extensions stand beside paths
    const item = document.resolve(value, `/paths/${pointerPart(path)}`) ?? {};
    for (const method of METHODS) {
      const operation = item[method];
      if (!isJsonObject(operation)) continue;
      if (tools.length >= MAX_OPERATIONS)
        return err(invalid(`The description has more than ${MAX_OPERATIONS} operations.`));
      const pointer = `/paths/${pointerPart(path)}/${method}`;
      tools.push(toolOf(document, { method, path, item, operation, pointer }, taken));
    }
  }
  if (tools.length === 0) return err(invalid('The description has no operation.'));
  const info = isJsonObject(document.root['info']) ? document.root['info'] : {};
  const text = (key: string) => (typeof info[key] === 'string' && info[key].trim() !== '' ? info[key].trim() : null);
  return ok({
    title: text('title'),
    version: text('version'),
    description: text('description'),
    tools,
    issues: document.issues,
  });
}
