import { expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { PAYMENTS, type World } from './world.js';

type Diff = {
  conclusion: string;
  changes: { ruleId: string; severity: string; tool: string; path: string; witness?: { value: unknown } }[];
};

/** The contract verdict names what breaks and proves it; the semver gate holds the number to it. */
export function theBreakingChangeIsProvedAndGated(world: World): void {
  it('calls 1.0.0 to 2.0.0 breaking, with tool, path, rule and a witness that Ajv judges the same way', async () => {
    const diff = await world.json('ci', 'diff', `registry:${PAYMENTS}@1.0.0`, `registry:${PAYMENTS}@2.0.0`);
    expect(diff.exit).toBe(1);
    const data = diff.data as Diff;
    expect(data.conclusion).toBe('breaking');
    const [breaking] = data.changes.filter((change) => change.severity === 'breaking');
    expect(breaking).toMatchObject({ ruleId: 'INPUT_REQUIRED_ADDED', tool: 'create_refund' });
    expect(breaking?.path).toContain('reason');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const witness = breaking?.witness?.value;
    expect(ajv.compile(await inputSchema(world, '1.0.0', 'create_refund'))(witness)).toBe(true);
    expect(ajv.compile(await inputSchema(world, '2.0.0', 'create_refund'))(witness)).toBe(false);
  });

  it('calls 1.0.0 to 1.1.0 compatible', async () => {
    const diff = await world.json('ci', 'diff', `registry:${PAYMENTS}@1.0.0`, `registry:${PAYMENTS}@1.1.0`);
    expect(diff.exit).toBe(0);
  });

  it('refuses to publish the breaking change as 1.2.0, and says which number would do', async () => {
    const file = world.manifest(PAYMENTS, '1.2.0', {
      remotes: [{ type: 'streamable-http', url: world.paymentsUrl('2.0.0') }],
    });
    const refused = await world.json('ci', 'publish', file, '--contract', world.paymentsUrl('2.0.0'));
    expect(refused.exit).toBe(1);
    expect(refused.error?.code ?? JSON.stringify(refused.data)).toContain('SEMVER_MAJOR_REQUIRED');
    expect(JSON.stringify(refused)).toContain('2.0.0');
    const after = await world.json('ci', 'can-i', 'promote', `${PAYMENTS}@1.2.0`);
    expect(after.error?.code).toBe('NOT_FOUND');
  });

  it('keeps the same number from review when it was published without a contract', async () => {
    const file = world.manifest(PAYMENTS, '1.2.0', {
      remotes: [{ type: 'streamable-http', url: world.paymentsUrl('2.0.0') }],
    });
    const query = 'mutation ($i: ServerPublishInput!) { serverPublish(input: $i) { created errors { code } } }';
    const manifest = JSON.parse((await import('node:fs')).readFileSync(file, 'utf8')) as JsonObject;
    await world.graphql('ci', query, { i: { manifest } });
    const check = await world.json('ci', 'check', `${PAYMENTS}@1.2.0`);
    expect(check.exit).toBe(1);
    const promote = await world.json('ci', 'promote', `${PAYMENTS}@1.2.0`);
    expect([promote.exit, promote.error?.code]).toEqual([2, 'GUARD_UNMET']);
    expect(JSON.stringify(promote)).toContain('version_number_fits');
  });
}

async function inputSchema(world: World, version: string, tool: string): Promise<JsonObject> {
  const query = `query ($ref: VersionRef!) { version(ref: $ref) { contract { tools { name inputSchema } } } }`;
  const { data } = await world.graphql<{
    version: { contract: { tools: { name: string; inputSchema: JsonObject }[] } };
  }>('ci', query, { ref: { byName: { server: PAYMENTS, version } } });
  const found = data.version.contract.tools.find((one) => one.name === tool);
  if (!found) throw new Error(`${version} has no ${tool}`);
  return found.inputSchema;
}
