import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import type { World } from './world.js';

/** Everything above is on the record, and the record proves itself. */
export function theAuditLogProvesItself(world: World): void {
  it('has every step, done and denied', async () => {
    const file = path.join(world.dir, 'audit.ndjson');
    await world.done('admin', 'audit', 'export', '-o', file);
    const events = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const steps = new Set(
      events.map((event: { action: string; outcome: string }) => `${event.action} ${event.outcome}`),
    );
    for (const step of [
      'namespace.claim done',
      'version.publish done',
      'version.publish denied',
      'version.inspect done',
      'version.check done',
      'version.submit done',
      'version.review done',
      'exception.grant done',
      'version.promote done',
      'agent.create done',
      'grant.create done',
      'bundle.publish done',
      'version.deprecate done',
      'version.decommission done',
    ]) {
      expect(steps).toContain(step);
    }
    expect((await world.json(null, 'audit', 'verify', file)).exit).toBe(0);
    const tampered = readFileSync(file, 'utf8').replace('"reviewer"', '"somebody"');
    writeFileSync(file, tampered);
    expect((await world.json(null, 'audit', 'verify', file)).exit).toBe(1);
  });

  it('verifies from its first event, and an edited row is found', async () => {
    expect((await world.json('admin', 'audit', 'verify')).exit).toBe(0);
    const database = new pg.Client({ connectionString: world.databaseUrl });
    await database.connect();
    try {
      await expect(database.query(`UPDATE audit_events SET action = 'x' WHERE sequence = 3`)).rejects.toThrow(
        'append-only',
      );
      // an attacker with the database owner's rights can switch the trigger off; the chain still tells
      await database.query('ALTER TABLE audit_events DISABLE TRIGGER USER');
      await database.query(`UPDATE audit_events SET actor_handle = 'nobody' WHERE sequence = 3`);
    } finally {
      await database.end();
    }
    const broken = await world.json('admin', 'audit', 'verify');
    expect(broken.exit).toBe(1);
    expect(JSON.stringify(broken)).toContain('3');
  });
}
