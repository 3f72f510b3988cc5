import type { Digest } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';

/** How much a change hurts a caller or reader that still holds the old contract. */
export type Severity = 'breaking' | 'dangerous' | 'safe';

/** The worst severity of a comparison; `identical` when nothing changed that a caller, reader or model could notice. */
export type Conclusion = 'breaking' | 'dangerous' | 'safe' | 'identical';

/** Second axis, independent of schemas: should a person look at it for security reasons? */
export type Risk = 'none' | 'review' | 'high';

/** Proof of a breaking schema change: a whole argument object or result that one side accepts and the other rejects. */
export type Witness = { value: JsonValue; validUnder: 'base' | 'head'; invalidUnder: 'base' | 'head' };

/** One difference between two contracts. */
export type Change = {
  /** Id of a rule of the catalogue. */
  ruleId: string;
  severity: Severity;
  risk: Risk;
  /** Tool name in the base contract (in the head contract for what was added), null for everything that is not a tool. */
  tool: string | null;
  /** `tool:NAME`, `resource:URI`, `resource_template:URI`, `prompt:NAME`, `instructions` or `capabilities`. */
  member: string;
  /**
   * JSON pointer into the member's definition, on the side that still has the place: `/inputSchema/properties/city`.
   * A `$ref` on the way is followed and leaves no trace, so that moving a schema into `$defs` moves no path.
   */
  path: string;
  /** One sentence for a person. */
  message: string;
  /** Equal for the same change in another comparison: what an approval sticks to. */
  fingerprint: Digest;
  /** Present on breaking schema changes: verified, or null with the reason in `witnessReason`. */
  witness?: Witness | null;
  witnessReason?: string;
  /** On TOOL_RENAMED: the tool in the head contract that takes over. */
  renamedTo?: string;
};

/** Everything that differs between two contracts, worst first. */
export type Comparison = {
  conclusion: Conclusion;
  base: { digest: Digest };
  head: { digest: Digest };
  changes: Change[];
};
