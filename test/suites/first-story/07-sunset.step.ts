import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { connectV1, connectV2 } from '../mcp-clients.js';
import { converged } from './05-bundle.step.js';
import { PAYMENTS, type World } from './world.js';

const SUCCESSOR = { server: PAYMENTS, version: '2.0.0' };
const GET_PAYMENT = { name: 'payments__get_payment', arguments: { id: 'pay_1001' } };

/** The announced end: notice, sunset, refusal with the way forward, and a gateway that needs nobody to keep its word. */
export function theVersionIsDeprecatedAndEnds(world: World): void {
  const token = () => world.tokens.agent ?? '';
  const sunset = new Date(Date.now() + 40 * 86_400_000).toISOString();
  const asked = ['--successor', `${PAYMENTS}@2.0.0`, '--sunset', sunset];

  it('refuses a sunset that is too near', async () => {
    const near = new Date(Date.now() + 86_400_000).toISOString();
    const refused = await world.json(
      'owner',
      ...['deprecate', `${PAYMENTS}@1.0.0`, '--successor', `${PAYMENTS}@2.0.0`, '--sunset', near],
    );
    expect(refused.error?.message).toContain('sunset_window');
  });

  it('gives notice on every result and every listed tool of the deprecated version', async () => {
    await world.done('owner', 'deprecate', `${PAYMENTS}@1.0.0`, ...asked);
    await converged(world);
    const client = await connectV2(world.gatewayUrl, token());
    const noticed = await eventually(
      () => client.callTool(GET_PAYMENT),
      (result) => (result['_meta'] as object | undefined) !== undefined && JSON.stringify(result).includes('sunsetAt'),
    );
    expect(JSON.stringify(noticed)).toContain('Ada Byron');
    expect((noticed['_meta'] as Record<string, unknown>)['dev.rollcall/deprecation']).toMatchObject({
      sunsetAt: sunset,
      successor: SUCCESSOR,
    });
    const { tools } = await client.listTools();
    const listed = tools.find((tool) => tool.name === 'payments__get_payment');
    expect(listed?._meta?.['dev.rollcall/deprecation']).toMatchObject({ sunsetAt: sunset });
    await client.close();
  });

  it('is not decommissioned before its sunset', async () => {
    const early = await world.json('owner', 'decommission', `${PAYMENTS}@1.0.0`);
    expect(early.error?.message).toContain('sunset_passed');
  });

  it('is decommissioned by the sweep after its sunset, and refused with the successor in both eras', async () => {
    await world.travel('P41D');
    // nobody calls while we wait: a call within the drain window would keep the version alive, as it should
    const version = await eventually(
      () => versionOf(world),
      ({ state }) => state === 'decommissioned',
    );
    const ends = version.transitions.filter((one) => one.toState === 'decommissioned');
    expect(ends).toEqual([{ toState: 'decommissioned', actorHandle: 'rollcall' }]);
    for (const connect of [connectV2, connectV1]) {
      const client = await eventually(
        () => connect(world.gatewayUrl, token()),
        () => true,
      );
      const refusal = await eventually(
        () => refusalOf(client.callTool(GET_PAYMENT)),
        (data) => data !== null,
      );
      expect(refusal).toMatchObject({ code: 'VERSION_DECOMMISSIONED', version: '1.0.0', successor: SUCCESSOR });
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).not.toContain('payments__get_payment');
      await client.close();
    }
  });

  it('keeps being enforced when the control plane is gone, also after kill -9 and restart of the gateway', async () => {
    await converged(world);
    await world.stopControlPlane();
    await world.stopGateway('SIGKILL');
    await world.startGateway();
    const client = await connectV2(world.gatewayUrl, token());
    expect(await refusalOf(client.callTool(GET_PAYMENT))).toMatchObject({ code: 'VERSION_DECOMMISSIONED' });
    const echo = await client.callTool({ name: 'everything__echo', arguments: { message: 'still here' } });
    expect(JSON.stringify(echo)).toContain('still here');
    await client.close();
    await world.startControlPlane();
  });
}

type Retired = { state: string; transitions: { toState: string; actorHandle: string }[] };

async function versionOf(world: World): Promise<Retired> {
  const query = `query ($ref: VersionRef!) { version(ref: $ref) { state transitions { toState actorHandle } } }`;
  const ref = { byName: { server: PAYMENTS, version: '1.0.0' } };
  return (await world.graphql<{ version: Retired }>('owner', query, { ref })).data.version;
}

/** The `data` of a refused call, null when it was answered or refused for want of policy (still starting). */
async function refusalOf(call: Promise<unknown>): Promise<Record<string, unknown> | null> {
  try {
    await call;
    return null;
  } catch (error) {
    const { data } = error as { data?: Record<string, unknown> };
    return data?.['code'] === 'VERSION_DECOMMISSIONED' ? data : null;
  }
}
