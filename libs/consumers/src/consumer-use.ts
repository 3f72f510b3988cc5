import type { ArgumentShape, Consumer, ServerExpectation, ToolExpectation, ToolUse } from '@rollcall/expectations';
import { expectationFromShapes } from '@rollcall/expectations';
import type { Caller } from '@rollcall/usage';

/** One agent in one environment: what it declared about a server, and what it was seen to call. */
export type SeenAgent = {
  agentId: string;
  agent: string;
  teamId: string | null;
  environment: { id: string | null; name: string } | null;
  declared: ServerExpectation | null;
  callers: readonly Caller[];
};

/**
 * What is judged: what the agent declared, and what it calls without having declared it. A document that forgot something
 * does not make what is done undone.
 */
export function consumersOf(seen: SeenAgent): Consumer[] {
  const { agentId, agent, environment, declared, callers } = seen;
  const who = { agentId, agent, environment: environment?.name ?? null };
  const byTool = new Map(callers.map((one) => [one.tool, one]));
  const undeclared = callers.filter((one) => !declared?.tools.has(one.tool));
  const usage: Consumer = {
    ...who,
    source: 'usage',
    tools: undeclared.map((caller) => useOf(caller.tool, expectationFromShapes(caller.shapes), caller)),
    resources: [],
    prompts: [],
  };
  if (declared === null) return [usage];
  const tools = [...declared.tools].map(([tool, expectation]) => {
    const caller = byTool.get(tool);
    return useOf(tool, withSeen(expectation, caller?.shapes ?? null), caller);
  });
  const { resources, prompts } = declared;
  const own: Consumer = { ...who, source: 'declared', tools, resources, prompts };
  return usage.tools.length === 0 ? [own] : [own, usage];
}

function useOf(tool: string, expectation: ToolExpectation, caller: Caller | undefined): ToolUse {
  return {
    tool,
    expectation,
    calls: caller?.calls ?? 0,
    firstCallAt: caller?.firstCallAt.toISOString() ?? null,
    lastCallAt: caller?.lastCallAt.toISOString() ?? null,
  };
}

/** Arguments that were seen although nobody declared them count, and one that was seen to be missing is not always sent. */
function withSeen(declared: ToolExpectation, shapes: readonly ArgumentShape[] | null): ToolExpectation {
  if (declared.arguments === null || shapes === null) return declared;
  const seen = expectationFromShapes(shapes);
  if (seen.arguments === null) return declared;
  const sent = [...seen.arguments, ...seen.optionalArguments];
  const named = [...declared.arguments, ...declared.optionalArguments];
  const topOf = (pointer: string) => `/${pointer.split('/')[1] ?? ''}`;
  const forgotten = sent.filter((pointer) => !named.some((one) => topOf(one) === pointer));
  const isAlways = (pointer: string) => shapes.length === 0 || seen.arguments?.includes(topOf(pointer)) === true;
  const sometimes = declared.arguments.filter((pointer) => !isAlways(pointer));
  return {
    ...declared,
    arguments: declared.arguments.filter(isAlways),
    optionalArguments: [...new Set([...declared.optionalArguments, ...sometimes, ...forgotten])],
  };
}
