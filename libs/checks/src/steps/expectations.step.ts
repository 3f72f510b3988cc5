import type { CheckFacts, CheckStep } from '../check.js';
import { hitFingerprints } from '../judged-changes.js';

const NAMED = 5;

/** Who relies on what a change takes away. Fails while one of those changes waits for approval. */
export function expectationsStep({ comparison, impacts }: CheckFacts, waiting: readonly string[]): CheckStep {
  if (!comparison) return { name: 'expectations', status: 'skipped', message: 'There is nothing to compare.' };
  const agents = [...new Set(impacts.map((impact) => impact.agent))].sort();
  if (agents.length === 0) {
    return { name: 'expectations', status: 'completed', message: 'No known consumer relies on what changed.' };
  }
  const hit = hitFingerprints(impacts);
  const open = waiting.some((fingerprint) => hit.has(fingerprint));
  const more = agents.length > NAMED ? ` and ${agents.length - NAMED} more` : '';
  const who = `${agents.length} consumer(s) rely on what changed: ${agents.slice(0, NAMED).join(', ')}${more}`;
  return {
    name: 'expectations',
    status: open ? 'failed' : 'completed',
    message: open ? `${who}.` : `${who}. Every such change is approved.`,
  };
}
