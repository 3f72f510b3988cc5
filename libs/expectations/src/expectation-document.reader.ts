import { canonicalJson, hasLoneSurrogate, invisibleCodePoints } from '@rollcall/contract';
import { err, isJsonObject, type JsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import semver from 'semver';
import type { ExampleCall, ExpectationDocument, ServerExpectation, ToolExpectation } from './expectation-document.js';
import { pointerTo, segmentsOf } from './places.js';

/** One thing that is wrong with a document; `path` is a JSON pointer into it. */
export type ExpectationProblem = { path: string; message: string };

/** More than this in one document is a mistake or an attack. */
export const EXPECTATION_LIMITS = {
  bytes: 256 * 1024,
  depth: 64,
  servers: 100,
  tools: 500,
  places: 256,
  examples: 20,
  problems: 50,
} as const;

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const SERVER_KEYS = ['server', 'versions', 'environment', 'tools', 'resources', 'prompts'];
const TOOL_KEYS = ['arguments', 'optionalArguments', 'outputs', 'examples'];

/** Reads an expectations document strictly: unknown keys, wrong forms and excess are refused, each by its path. */
export function readExpectations(value: JsonValue): Result<ExpectationDocument, ExpectationProblem[]> {
  const reader = new Reader();
  if (!isWithin(value, EXPECTATION_LIMITS.depth))
    return err([{ path: '', message: 'Is nested too deeply, or holds a number or a text that is not JSON.' }]);
  if (canonicalJson(value).length > EXPECTATION_LIMITS.bytes)
    return err([{ path: '', message: `Is larger than ${EXPECTATION_LIMITS.bytes} bytes.` }]);
  const document = reader.document(value);
  return reader.problems.length === 0 ? ok(document) : err(reader.problems.slice(0, EXPECTATION_LIMITS.problems));
}

/** True for JSON of at most that depth; what a YAML parser makes may be something else. */
function isWithin(value: JsonValue | undefined, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return !hasLoneSurrogate(value);
  if (value === null || typeof value === 'boolean') return true;
  if (depth === 0 || !(Array.isArray(value) || isPlain(value))) return false;
  return Object.entries(value).every(([key, one]) => !hasLoneSurrogate(key) && isWithin(one, depth - 1));
}

function isPlain(value: unknown): value is JsonObject {
  return isJsonObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

class Reader {
  readonly problems: ExpectationProblem[] = [];

  document(value: JsonValue): ExpectationDocument {
    const object = this.object(value, '', ['agent', 'servers']);
    const agent = this.text(object['agent'], '/agent', 64);
    if (agent !== '' && !SLUG.test(agent)) this.problem('/agent', 'Is not the slug of an agent.');
    const servers = this.list(object['servers'], '/servers', EXPECTATION_LIMITS.servers);
    const read = servers.map((one, index) => this.server(one, `/servers/${index}`));
    this.unique(read);
    return { agent, servers: read };
  }

  private server(value: JsonValue, path: string): ServerExpectation {
    const object = this.object(value, path, SERVER_KEYS);
    const versions = this.optionalText(object['versions'], `${path}/versions`, 255);
    if (versions !== null && semver.validRange(versions) === null && /[\s<>=^~|]/.test(versions))
      this.problem(`${path}/versions`, 'Is neither a semver range nor a version.');
    return {
      server: this.text(object['server'], `${path}/server`, 200),
      versions,
      environment: this.optionalText(object['environment'], `${path}/environment`, 64),
      tools: this.tools(object['tools'], `${path}/tools`),
      resources: this.texts(object['resources'], `${path}/resources`, 2_048),
      prompts: this.texts(object['prompts'], `${path}/prompts`, 128),
    };
  }

  private tools(value: JsonValue | undefined, path: string): Map<string, ToolExpectation> {
    const read = new Map<string, ToolExpectation>();
    if (value === undefined) return read;
    if (!isJsonObject(value)) {
      this.problem(path, 'Must be a map from tool names to what is used of each.');
      return read;
    }
    const names = Object.keys(value).sort();
    if (names.length > EXPECTATION_LIMITS.tools) this.problem(path, `Names more than ${EXPECTATION_LIMITS.tools}.`);
    for (const name of names.slice(0, EXPECTATION_LIMITS.tools)) {
      const at = path + pointerTo(name);
      this.text(name, at, 128);
      read.set(name, this.tool(value[name] as JsonValue, at));
    }
    return read;
  }

  private tool(value: JsonValue, path: string): ToolExpectation {
    // `charge:` with nothing after it: the whole tool
    const object = value === null ? {} : this.object(value, path, TOOL_KEYS);
    const examples = this.list(object['examples'], `${path}/examples`, EXPECTATION_LIMITS.examples);
    return {
      arguments: this.places(object['arguments'], `${path}/arguments`),
      optionalArguments: this.places(object['optionalArguments'], `${path}/optionalArguments`) ?? [],
      outputs: this.places(object['outputs'], `${path}/outputs`),
      examples: examples.map((one, index) => this.example(one, `${path}/examples/${index}`)),
    };
  }

  private example(value: JsonValue, path: string): ExampleCall {
    const object = this.object(value, path, ['arguments', 'note']);
    const args = object['arguments'];
    if (!isJsonObject(args)) this.problem(`${path}/arguments`, 'Must be an object: the arguments of the call.');
    return {
      arguments: isJsonObject(args) ? args : {},
      note: this.optionalText(object['note'], `${path}/note`, 1_000),
    };
  }

  /** Property names and JSON pointers, all as pointers, sorted. */
  private places(value: JsonValue | undefined, path: string): string[] | null {
    if (value === undefined) return null;
    const read = this.list(value, path, EXPECTATION_LIMITS.places).map((one, index) => {
      const at = `${path}/${index}`;
      const text = this.text(one, at, 1_024);
      if (text === '*') this.problem(at, 'Leave the list out to say that everything is used.');
      const pointer = text.startsWith('/') ? text : pointerTo(text);
      if (segmentsOf(pointer) === null) this.problem(at, 'Is neither a property name nor a JSON pointer.');
      return pointer;
    });
    return [...new Set(read)].sort();
  }

  private texts(value: JsonValue | undefined, path: string, most: number): string[] {
    const read = this.list(value, path, EXPECTATION_LIMITS.places);
    return [...new Set(read.map((one, index) => this.text(one, `${path}/${index}`, most)))].sort();
  }

  private unique(servers: readonly ServerExpectation[]): void {
    const seen = new Set<string>();
    servers.forEach(({ server, environment }, index) => {
      const key = JSON.stringify([server, environment]);
      if (seen.has(key)) this.problem(`/servers/${index}`, 'Names the same server and environment again.');
      seen.add(key);
    });
  }

  private object(value: JsonValue | undefined, path: string, keys: readonly string[]): JsonObject {
    if (!isJsonObject(value)) {
      this.problem(path, 'Must be an object.');
      return {};
    }
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) this.problem(path + pointerTo(key), `Is not known; known are ${keys.join(', ')}.`);
    }
    return value;
  }

  private list(value: JsonValue | undefined, path: string, most: number): JsonValue[] {
    if (value === undefined && path !== '/servers') return [];
    if (!Array.isArray(value)) this.problem(path, 'Must be a list.');
    else if (value.length > most) this.problem(path, `Has more than ${most} entries.`);
    else return value;
    return [];
  }

  private text(value: JsonValue | undefined, path: string, most: number): string {
    if (typeof value !== 'string' || value.length === 0 || value.length > most) {
      this.problem(path, `Must be a text of 1 to ${most} characters.`);
      return '';
    }
    if (invisibleCodePoints(value).length > 0) this.problem(path, 'Contains characters nobody can see.');
    return value;
  }

  private optionalText(value: JsonValue | undefined, path: string, most: number): string | null {
    return value === undefined || value === null ? null : this.text(value, path, most);
  }

  private problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}
