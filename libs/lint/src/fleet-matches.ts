import type { Contract, Member } from '@rollcall/contract';
import type { FleetMatch } from './lint-finding.js';
import { confusableNames, nameKey, nameSkeleton, type ToolWording, WordingIndex } from './similar-tools.js';
import { own } from './tool-view.js';

/** One tool that the organization runs. */
export type FleetTool = ToolWording & { server: string };

/** Tools of one server that are told of; a long list of twins says no more than its first. */
const MOST_PER_TOOL = 3;

/** All tools of a fleet, ready to be asked which of them a new one resembles. */
export class FleetIndex {
  private readonly wording: WordingIndex<FleetTool>;
  private readonly byKey = new Map<string, FleetTool[]>();
  private readonly byShape = new Map<string, FleetTool[]>();

  constructor(tools: readonly FleetTool[]) {
    this.wording = new WordingIndex(tools);
    for (const tool of tools) {
      push(this.byKey, nameKey(tool.name), tool);
      for (const shape of shapes(tool.name)) push(this.byShape, shape, tool);
    }
  }

  /** What the tools of a contract can be taken for on other servers than those named in `own`. */
  matches(own: ReadonlySet<string>, contract: Contract, similarity: number): FleetMatch[] {
    return contract.members
      .filter((member) => member.kind === 'tool')
      .flatMap((member) => this.ofTool(own, wordingOf(member), similarity));
  }

  private ofTool(own: ReadonlySet<string>, tool: ToolWording, similarity: number): FleetMatch[] {
    const others = (one: FleetTool): boolean => !own.has(one.server);
    const found = new Map<string, FleetMatch>();
    const tell = (one: FleetTool, kind: FleetMatch['kind'], score: number): void => {
      const key = JSON.stringify([one.server, one.name]);
      if (!found.has(key))
        found.set(key, { tool: tool.name, kind, other: { server: one.server, tool: one.name }, score });
    };
    for (const { item, score } of this.wording.alike(tool, similarity, others).slice(0, MOST_PER_TOOL)) {
      if (item.text.length >= SHORTEST_TEXT && tool.text.length >= SHORTEST_TEXT) tell(item, 'similar_wording', score);
    }
    for (const one of this.shaped(tool.name).filter(others)) {
      if (confusableNames(one.name, tool.name)) tell(one, 'confusable_name', 1);
    }
    for (const one of (this.byKey.get(nameKey(tool.name)) ?? []).filter(others)) tell(one, 'same_name', 1);
    return firstOfEach([...found.values()]);
  }

  private shaped(name: string): FleetTool[] {
    return [...new Set(shapes(name).flatMap((shape) => this.byShape.get(shape) ?? []))];
  }
}

/** Two tools that say next to nothing are not alike, they are silent. */
const SHORTEST_TEXT = 24;

/** Of each kind the first few. */
function firstOfEach(matches: readonly FleetMatch[]): FleetMatch[] {
  const told = new Map<string, number>();
  return matches.filter(({ kind }) => {
    const count = (told.get(kind) ?? 0) + 1;
    told.set(kind, count);
    return count <= MOST_PER_TOOL;
  });
}

/** Keys under which a name and one that is a letter away meet: the skeleton, and the skeleton with one letter left out. */
function shapes(name: string): string[] {
  const skeleton = nameSkeleton(name).slice(0, 64);
  const out = [`=${skeleton}`];
  for (let at = 1; at < skeleton.length; at++) out.push(`${at}${skeleton.slice(0, at)}?${skeleton.slice(at + 1)}`);
  return out;
}

/** Longer texts are compared by their beginning. */
export const MAX_WORDING = 2_000;

/** What a tool says about itself. */
function wordingOf({ name, definition }: Member): ToolWording {
  const description = own(definition, 'description');
  return { name, text: typeof description === 'string' ? description.slice(0, MAX_WORDING) : '' };
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
