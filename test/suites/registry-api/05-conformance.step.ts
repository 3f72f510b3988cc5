import { expect, it } from '@jest/globals';
import type { Story } from './story.js';

type Conformance = { conclusion: string; results: { id: string; outcome: string; reason: string | null }[] };

/** The suite for registries judges the catalogue as it stands, with mirrors, tombstones and all. */
export function theCatalogueConforms(story: Story): void {
  it('passes every case that reads', async () => {
    const judged = await story.installation.json(null, 'conformance', 'registry', story.catalogue);
    const { results } = judged.data as Conformance;
    expect(results.filter((one) => one.outcome === 'fail')).toEqual([]);
    expect(results.filter((one) => one.outcome === 'pass').length).toBeGreaterThan(50);
    expect(judged.exit).toBe(0);
  });
}
