import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import type { AccessStory } from './story.js';

/** The record leaves the house and proves itself there, with keys that were noted before. */
export function theRecordProvesItself(story: AccessStory): void {
  const exported = () => path.join(story.dir, 'audit.ndjson');
  const verify = (file: string) =>
    story.json(null, 'audit', 'verify', file, '--keys', path.join(story.dir, 'audit-keys.json'));

  it('has who was let in, what was done and what was refused', async () => {
    await story.done('admin', 'audit', 'export', '-o', exported());
    story.file('audit-keys.json', await (await story.http('admin', '/audit/v1/keys')).text());
    const lines = readFileSync(exported(), 'utf8').trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { kind?: string; action: string; outcome: string });
    const steps = new Set(events.filter((one) => !one.kind).map((one) => `${one.action} ${one.outcome}`));
    for (const step of [
      ...['team.create done', 'team.create denied', 'user.create done', 'service_account.create done'],
      ...['principal.disable done', 'namespace.prove done', 'version.publish done', 'endpoint.set denied'],
      ...['federation.create done', 'federation.create denied', 'federation.revoke done'],
    ]) {
      expect(steps).toContain(step);
    }
    expect(lines.join('')).not.toContain(story.tokens['mia']);
  });

  it('verifies offline', async () => {
    const verified = await verify(exported());
    expect([verified.exit, verified.error]).toEqual([0, null]);
  });

  it('does not verify with an edited, a removed or a cut-off line', async () => {
    const good = readFileSync(exported(), 'utf8').trimEnd().split('\n');
    const event = good.findIndex((line) => line.includes('"principal.disable"'));
    const edited = good.with(event, (good[event] ?? '').replace('"admin"', '"nobody"'));
    for (const lines of [edited, good.toSpliced(event, 1), good.slice(0, -2)]) {
      const found = await verify(story.file('changed.ndjson', `${lines.join('\n')}\n`));
      expect(found.exit).toBe(1);
    }
  });
}
