import type { Ajv, ErrorObject } from 'ajv';

/** The members of the unions of `server.json`, by the value of their `type`. */
const DEFINITIONS: Record<string, string> = {
  stdio: 'StdioTransport',
  'streamable-http': 'StreamableHttpTransport',
  sse: 'SseTransport',
  positional: 'PositionalArgument',
  named: 'NamedArgument',
};

/**
 * A value of a union fails every branch, so a wrong URL of an SSE transport is also told that it is no stdio transport.
 * This keeps what a person needs: the complaints of the branch that was meant, or the list of types there are.
 */
export function resolveUnions(
  ajv: Ajv,
  schemaId: string,
  document: unknown,
  errors: readonly ErrorObject[],
): ErrorObject[] {
  let kept = [...errors];
  for (const union of errors.filter((error) => error.keyword === 'anyOf')) {
    const at = union.instancePath;
    const inside = (error: ErrorObject) =>
      isWithin(error.instancePath, at) && !isWithin(error.instancePath, `${at}/variables`);
    const wrongType = kept.filter((error) => error.keyword === 'enum' && error.instancePath === `${at}/type`);
    const branches = Array.isArray(union.schema) ? union.schema.length : 0;
    const [first] = wrongType;
    if (first !== undefined && wrongType.length >= branches) {
      const allowedValues = wrongType.flatMap((error) => error.params['allowedValues'] as unknown[]);
      kept = [...kept.filter((error) => !inside(error)), { ...first, params: { allowedValues } }];
      continue;
    }
    const meant = errorsAsMeant(ajv, schemaId, valueAt(document, at), at);
    if (meant !== null) kept = [...kept.filter((error) => !inside(error)), ...meant];
  }
  return kept.filter(
    (error) =>
      error.keyword !== 'anyOf' || !kept.some((e) => e !== error && isWithin(e.instancePath, error.instancePath)),
  );
}

function errorsAsMeant(ajv: Ajv, schemaId: string, value: unknown, at: string): ErrorObject[] | null {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const definition = typeof type === 'string' ? DEFINITIONS[type] : undefined;
  const validate = definition === undefined ? undefined : ajv.getSchema(`${schemaId}#/definitions/${definition}`);
  if (validate === undefined || validate(value) === true) return null;
  return (validate.errors ?? []).map((error) => ({ ...error, instancePath: at + error.instancePath }));
}

/** The value at a JSON pointer into a document that has it. */
function valueAt(document: unknown, pointer: string): unknown {
  let here = document;
  for (const key of pointerKeys(pointer)) here = (here as Record<string, unknown>)[key];
  return here;
}

/** The keys of a JSON pointer (RFC 6901), unescaped. */
export function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`);
}
