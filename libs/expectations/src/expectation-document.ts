import type { JsonObject } from '@rollcall/kernel';

/** A call an agent really makes; only its arguments count. */
export type ExampleCall = { arguments: JsonObject; note: string | null };

/**
 * What an agent uses of one tool. Places are JSON pointers into the arguments or the structured result; `*` stands for
 * every element of a list. `null` means that it is not said, so that everything may be used; `[]` means nothing.
 */
export type ToolExpectation = {
  /** Sent with every call. */
  arguments: string[] | null;
  /** Sent with some calls. */
  optionalArguments: string[];
  outputs: string[] | null;
  examples: ExampleCall[];
};

/** What an agent relies on of one server. What is not named is not used. */
export type ServerExpectation = {
  server: string;
  /** A semver range or one version; null: whichever version is served. */
  versions: string | null;
  /** Name of an environment; null: every one in which the agent may call the server. */
  environment: string | null;
  /** By tool name. */
  tools: ReadonlyMap<string, ToolExpectation>;
  /** URIs and URI templates. */
  resources: string[];
  prompts: string[];
};

/** What one agent relies on: the content of `rollcall.expectations.yaml`. */
export type ExpectationDocument = { agent: string; servers: ServerExpectation[] };

/** The document as plain JSON, in a fixed order of keys and without what says nothing: what is stored, hashed and printed. */
export function plainDocument(document: ExpectationDocument): JsonObject {
  return { agent: document.agent, servers: document.servers.map(plainServer) };
}

function plainServer({ server, versions, environment, tools, resources, prompts }: ServerExpectation): JsonObject {
  return {
    server,
    ...(versions === null ? {} : { versions }),
    ...(environment === null ? {} : { environment }),
    tools: Object.fromEntries([...tools].map(([name, tool]) => [name, plainTool(tool)])),
    ...(resources.length === 0 ? {} : { resources }),
    ...(prompts.length === 0 ? {} : { prompts }),
  };
}

function plainTool(tool: ToolExpectation): JsonObject {
  return {
    ...(tool.arguments === null ? {} : { arguments: tool.arguments }),
    ...(tool.optionalArguments.length === 0 ? {} : { optionalArguments: tool.optionalArguments }),
    ...(tool.outputs === null ? {} : { outputs: tool.outputs }),
    ...(tool.examples.length === 0 ? {} : { examples: tool.examples.map(plainExample) }),
  };
}

function plainExample({ note, arguments: args }: ExampleCall): JsonObject {
  return { ...(note === null ? {} : { note }), arguments: args };
}
