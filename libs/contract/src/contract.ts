import type { JsonObject, JsonValue } from '@rollcall/kernel';

/** What a contract is made of. */
export type MemberKind = 'tool' | 'resource' | 'resource_template' | 'prompt';

/** `sha256:` followed by 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Digests of the parts of a tool: they do not decide, they say *what kind* of thing changed. */
export type ToolParts = {
  /** Everything a model reads: name, title, description, input and output schema. */
  model: Digest;
  /** The schemas without description, title, examples and default. */
  contract: Digest;
  /** Annotations and execution hints. */
  hints: Digest;
  /** All `x-mcp-header` placements. */
  headers: Digest;
};

/** One thing a server offers, in canonical form, with the digest of all a caller or model can see of it. */
export type Member = {
  kind: MemberKind;
  /** Tool and prompt: name; resource: uri; template: uriTemplate. */
  name: string;
  digest: Digest;
  /** The definition as the server sent it, parsed strictly. */
  definition: JsonObject;
  /** Present on tools only. */
  parts?: ToolParts;
};

/** All that one version offers, with a digest for the whole: a Merkle root over members sorted by kind and name. */
export type Contract = {
  format: 'rollcall.contract.v1';
  digest: Digest;
  instructions: string | null;
  capabilities: JsonObject;
  members: Member[];
};

/** Unparsed lists as they came from a server: the raw values, before strict intake. */
export type RawOffer = {
  tools: JsonValue[];
  resources?: JsonValue[];
  resourceTemplates?: JsonValue[];
  prompts?: JsonValue[];
  instructions?: string | null;
  capabilities?: JsonObject;
};

/** Why strict intake did not accept something. */
export type IntakeIssue = {
  /** Stable code, e.g. DUPLICATE_KEY, LONE_SURROGATE, UNSAFE_NUMBER, TOO_DEEP, TOO_LARGE, INVALID_NAME, INVISIBLE_CHARACTER, REMOTE_REF, INVALID_HEADER_PLACEMENT, NOT_AN_OBJECT, DUPLICATE_NAME, MALFORMED_SCHEMA. */
  code: string;
  /** Sentence for a person. */
  message: string;
  /** Where: `tools[3].inputSchema.properties.city`. */
  path: string;
};
