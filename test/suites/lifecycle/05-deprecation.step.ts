import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { GREETER, type LifecycleStory } from './story.js';

type Notices = { notices: { id: string; kind: string; text: string; data: Record<string, unknown> }[] };

const DAY_MS = 86_400_000;
const SUCCESSOR = { server: GREETER, version: '2.0.0', tools: { greet: 'welcome' } };
/** When 1.0.0 ends; the story moves its clock to both sides of it. */
export const SUNSET = new Date(Date.now() + 10 * DAY_MS).toISOString();

/** Who calls the version is told what ends, when, and what each of its tools is called from then on. */
export function theEndIsAnnouncedToConsumers(story: LifecycleStory): void {
  const V1 = `${GREETER}@1.0.0`;
  const announce = (sunset: string, tool: string) => [
    ...['deprecate', V1, '--successor', `${GREETER}@2.0.0`, '--tool', tool, '--sunset', sunset],
  ];

  it('has a consumer of another team, and webhooks of that team and of everybody', async () => {
    await story.done('outsider', 'agents', 'create', 'front-desk', '--team', 'marketing');
    const grant = ['--agent', 'front-desk', '--server', GREETER, '--environment', 'production', '--tool', 'greet'];
    await story.done('admin', 'grants', 'create', ...grant, '--versions', '^1.0.0');
    const { consumers, organization } = story.receivers;
    const mine = ['--team', 'marketing', '--event', 'dev.rollcall.notice.*'];
    const team = await story.done('outsider', 'webhooks', 'create', consumers.url, ...mine);
    consumers.secret = String(team['secret']);
    const every = ['--event', 'dev.rollcall.version.*'];
    const all = await story.done('admin', 'webhooks', 'create', organization.url, ...every);
    organization.secret = String(all['secret']);
  });

  it('asks the guards first: the tool must exist there, and the end must be far enough away', async () => {
    const near = new Date(Date.now() + DAY_MS).toISOString();
    const wrong = announce(near, 'greet=farewell').slice(1);
    expect(await story.unmet('owner', 'deprecate', ...wrong)).toEqual(['tool_mapping_fits', 'sunset_window']);
    expect(await story.unmet('owner', 'deprecate', ...announce(SUNSET, 'greet=welcome').slice(1))).toEqual([]);
  });

  it('tells the owner of the agent, in their notices and at their webhook', async () => {
    await story.done('owner', ...announce(SUNSET, 'greet=welcome'));
    const [notice] = await eventually(
      async () => ((await story.done('outsider', 'notices', '--unread')) as Notices).notices,
      (notices) => notices.length === 1,
    );
    expect(notice).toMatchObject({ kind: 'deprecated', data: { sunsetAt: SUNSET, successor: SUCCESSOR } });
    const { consumers, organization } = story.receivers;
    const [sent] = await eventually(
      async () => consumers.received,
      (received) => received.length === 1,
    );
    expect(sent).toMatchObject({ type: 'dev.rollcall.notice.created.v1', data: { agent: { slug: 'front-desk' } } });
    const announced = await eventually(
      async () => organization.received.find((one) => one.type === 'dev.rollcall.version.deprecated.v1'),
      (event) => event !== undefined,
    );
    expect(announced).toMatchObject({ subject: V1, data: { sunsetAt: SUNSET, successor: SUCCESSOR } });
    expect([consumers.refused, organization.refused]).toEqual([0, 0]);
    await story.done('outsider', 'notices', '--read', notice?.id ?? '');
    // those who own no agent that calls it are not told
    expect((await story.done('owner', 'notices')) as Notices).toEqual({ notices: [] });
  });
}
