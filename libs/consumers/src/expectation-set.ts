import type { JsonValue } from '@rollcall/kernel';

/** A revision of what an agent relies on, as it is stored. */
export type ExpectationSetRow = {
  id: string;
  agentId: string;
  revision: number;
  digest: string;
  document: JsonValue;
  publishedBy: string;
  publishedAt: Date;
};
