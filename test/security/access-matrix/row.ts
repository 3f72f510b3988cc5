import type { Caller } from './matrix-world.js';
import type { Target, TargetMaker } from './targets.js';

/** One request as it goes out. */
export type Ask = {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** What is common to rows. */
type Aim = {
  /** The thing that is aimed at; without it the row aims at nothing in particular. */
  target?: TargetMaker;
  /** A list is answered with somebody else's things when this is in it; default: the team's name. */
  shows?: RegExp;
  /** Outsiders who are told of the thing all the same, because it was offered to them. */
  toldTo?: readonly string[];
  /** Runs after all others, alone: it changes what other rows rely on. */
  last?: boolean;
};

/** A field of the schema with its variables. */
export type GraphqlRow = Aim & { variables?: (target: Target, caller: Caller) => object };

/** A route with its request. The method and address of the row are in its name. */
export type RouteRow = Aim & { ask: (target: Target, caller: Caller) => Ask };
