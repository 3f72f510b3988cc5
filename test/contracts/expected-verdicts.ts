import type { Conclusion } from '@rollcall/compatibility';

/** What must be said about two recorded versions, reviewed by hand: the verdict, what is not safe in it, and why that is right. */
export type ExpectedVerdict = { conclusion: Conclusion; notSafe: Record<string, number>; why: string };

const ADDED_ONLY = 'Tools were added and wording changed; whoever holds the old contract notices nothing.';
const KEBAB_CASE =
  'The whole list moved from camelCase to kebab-case. Eight tools have a successor, two of them under entirely new names (add is get-sum, printEnv is get-env); ' +
  'sampleLLM is offered only to clients that sample, and zip takes one file where it took a map of files: no renames.';
const OPENED = 'Inputs became open and hints were added: nothing that was valid is refused.';
const UNUSABLE =
  'Installed with the dependencies of today, the old version sends input schemas without a type, which clients refuse; only the one usable tool is compared.';
const MEDIA_UNION =
  'The result of read_media_file became a union: an element may now be a resource, without the data and mimeType a reader relies on.';
const CLOSED =
  'Nine inputs, and the objects in five of their lists, became closed: an argument that was ignored is refused now.';
const INTEGER_RANGE =
  'Four whole-number arguments got a maximum of 2^53 - 1 from the schema library. Strictly fewer numbers are accepted, but none a caller could have sent exactly.';
const NEW_ARGUMENT =
  'resolve-library-id requires "query", and get-library-docs is gone; query-docs takes other arguments, so it is no rename.';

const safe = (why: string): ExpectedVerdict => ({ conclusion: 'safe', notSafe: {}, why });
const same = (why: string): ExpectedVerdict => ({ conclusion: 'identical', notSafe: {}, why });
const breaks = (notSafe: Record<string, number>, why: string): ExpectedVerdict => ({
  conclusion: 'breaking',
  notSafe,
  why,
});
const doubtful = (notSafe: Record<string, number>, why: string): ExpectedVerdict => ({
  conclusion: 'dangerous',
  notSafe,
  why,
});

const renamed = (renames: number, removals: number): ExpectedVerdict =>
  breaks({ TOOL_RENAMED: renames, TOOL_REMOVED: removals }, KEBAB_CASE);
const media = breaks(
  { OUTPUT_REQUIRED_REMOVED: 2, OUTPUT_PROPERTY_ADDED_TO_CLOSED: 1, OUTPUT_ENUM_WIDENED: 1 },
  MEDIA_UNION,
);
const inexact = doubtful({ INPUT_INEXACT_INTEGERS_REFUSED: 4 }, INTEGER_RANGE);
const required = breaks({ TOOL_REMOVED: 1, INPUT_REQUIRED_ADDED: 1 }, NEW_ARGUMENT);

/** Every pair of recorded versions, older to newer. */
export const EXPECTED_VERDICTS: Record<string, Record<string, ExpectedVerdict>> = {
  everything: {
    '2025.1.14 2025.7.1': safe(ADDED_ONLY),
    '2025.1.14 2025.11.25': safe(ADDED_ONLY),
    '2025.1.14 2026.1.26': renamed(4, 1),
    '2025.1.14 2026.8.31': renamed(4, 1),
    '2025.7.1 2025.11.25': safe(ADDED_ONLY),
    '2025.7.1 2026.1.26': renamed(6, 1),
    '2025.7.1 2026.8.31': renamed(6, 1),
    '2025.11.25 2026.1.26': renamed(8, 2),
    '2025.11.25 2026.8.31': renamed(8, 2),
    '2026.1.26 2026.8.31': safe(OPENED),
  },
  filesystem: {
    '0.6.2 2025.7.1': same(UNUSABLE),
    '0.6.2 2025.8.21': safe(UNUSABLE),
    '0.6.2 2025.11.25': safe(UNUSABLE),
    '0.6.2 2026.1.14': safe(UNUSABLE),
    '0.6.2 2026.8.31': safe(UNUSABLE),
    '2025.7.1 2025.8.21': safe(UNUSABLE),
    '2025.7.1 2025.11.25': safe(UNUSABLE),
    '2025.7.1 2026.1.14': safe(UNUSABLE),
    '2025.7.1 2026.8.31': safe(UNUSABLE),
    '2025.8.21 2025.11.25': safe(UNUSABLE),
    '2025.8.21 2026.1.14': safe(UNUSABLE),
    '2025.8.21 2026.8.31': safe(UNUSABLE),
    '2025.11.25 2026.1.14': same('Only the implementation changed.'),
    '2025.11.25 2026.8.31': media,
    '2026.1.14 2026.8.31': media,
  },
  memory: {
    '0.6.2 2025.4.25': same('Only the implementation changed.'),
    '0.6.2 2025.9.25': breaks({ INPUT_CLOSED: 14 }, CLOSED),
    '0.6.2 2026.8.31': safe('The inputs that were closed in between are open again; outputs and hints were added.'),
    '2025.4.25 2025.9.25': breaks({ INPUT_CLOSED: 14 }, CLOSED),
    '2025.4.25 2026.8.31': safe('The inputs that were closed in between are open again; outputs and hints were added.'),
    '2025.9.25 2026.8.31': safe(OPENED),
  },
  'sequential-thinking': {
    '0.6.2 2025.7.1': same('Only the implementation changed.'),
    '0.6.2 2025.11.25': inexact,
    '0.6.2 2026.8.31': inexact,
    '2025.7.1 2025.11.25': inexact,
    '2025.7.1 2026.8.31': inexact,
    '2025.11.25 2026.8.31': safe('Three booleans also accept a text: every old call stays valid.'),
  },
  context7: {
    '1.0.14 2.0.0': required,
    '1.0.14 3.0.0': required,
    '1.0.14 4.1.1': required,
    '2.0.0 3.0.0': safe(OPENED),
    '2.0.0 4.1.1': safe(OPENED),
    '3.0.0 4.1.1': safe('Capabilities, instructions and wording changed, no schema did.'),
  },
};
