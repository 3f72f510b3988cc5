import {
  err,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  ok,
  Refusal,
  type RefusalParts,
  type Result,
} from '@rollcall/kernel';

/** Something of the description that could not be carried over as it stands; the rest was. */
export type OpenApiIssue = {
  /** Stable code, e.g. REMOTE_REF, UNSUPPORTED_BODY, COOKIE_PARAMETER. */
  code: string;
  /** Sentence for a person. */
  message: string;
  /** JSON pointer into the description. */
  path: string;
};

/** The dialect of schemas: 3.0 has one of its own, 3.1 is JSON Schema 2020-12. */
export type OpenApiDialect = '3.0' | '3.1';

/** References may point at references, but not for ever. */
const MAX_HOPS = 16;

/** One description, its dialect, and what was found wrong with it so far. */
export class OpenApiDocument {
  readonly issues: OpenApiIssue[] = [];

  private constructor(
    readonly root: JsonObject,
    readonly dialect: OpenApiDialect,
  ) {}

  /** Accepts OpenAPI 3.0 and 3.1; anything else is refused with what to do about it. */
  static open(value: JsonValue): Result<OpenApiDocument> {
    if (!isJsonObject(value)) return err(invalid('The description is not a JSON object.'));
    if (typeof value['swagger'] === 'string') {
      return err(invalid(`Swagger ${value['swagger'].slice(0, 10)} is older than OpenAPI 3.`));
    }
    const dialect = /^3\.[01]\.\d+/.exec(String(value['openapi'] ?? ''))?.[0].slice(0, 3);
    if (dialect !== '3.0' && dialect !== '3.1')
      return err(invalid('The member "openapi" names no version 3.0 or 3.1.'));
    if (!isJsonObject(value['paths'])) return err(invalid('The description has no "paths".'));
    return ok(new OpenApiDocument(value, dialect));
  }

  /** Notes what could not be carried over. */
  note(code: string, message: string, path: string): void {
    this.issues.push({ code, message, path });
  }

  /** The object behind a chain of local references, or null with an issue: nothing outside the document is ever fetched. */
  resolve(value: JsonValue | undefined, path: string): JsonObject | null {
    let next = value;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      if (!isJsonObject(next)) return null;
      const ref = next['$ref'];
      if (typeof ref !== 'string') return next;
      next = this.at(ref, path);
    }
    this.note('CIRCULAR_REF', 'The reference leads in a circle.', path);
    return null;
  }

  /** What a local reference points at; undefined with an issue when it leaves the document or points at nothing. */
  at(ref: string, path: string): JsonValue | undefined {
    if (!ref.startsWith('#/')) {
      this.note('REMOTE_REF', `The reference "${ref.slice(0, 200)}" leaves the document; it is never fetched.`, path);
      return undefined;
    }
    let value: JsonValue | undefined = this.root;
    for (const part of ref.slice(2).split('/')) {
      const key = decodePart(part);
      if (Array.isArray(value)) value = value[Number(key)];
      else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    if (value === undefined) {
      this.note('DANGLING_REF', `The reference "${ref.slice(0, 200)}" points at nothing.`, path);
    }
    return value;
  }
}

/** `a/b~c` as one segment of a JSON pointer. */
export const pointerPart = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');

function decodePart(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch (cause) {
    // a stray percent sign is taken as it is written
    if (!(cause instanceof URIError)) throw cause;
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The description cannot be imported at all. */
export function invalid(message: string): RefusalParts {
  return new Refusal({
    code: 'OPENAPI_INVALID',
    message,
    nextStep: 'Give an OpenAPI 3.0 or 3.1 description as JSON or YAML; convert older ones first.',
    path: ['document'],
  });
}
