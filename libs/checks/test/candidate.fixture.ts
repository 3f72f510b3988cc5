import type { JsonValue } from '@rollcall/kernel';
import {
  type ControlPlane,
  contractOf,
  GREET_TOOL,
  type OrganizationSeed,
  type PersonSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
  type TestTool,
} from '@rollcall/testing';
import { CheckReadModel, type CheckRequestInput, CheckService, type CheckStep } from '../src/index.js';

/** The stricter tool with one more required argument: a change at the same place that goes further. */
export const WIDER_TOOL: TestTool = {
  ...STRICTER_GREET_TOOL,
  inputSchema: {
    ...STRICTER_GREET_TOOL.inputSchema,
    properties: { name: { type: 'string' }, language: { type: 'string' }, tone: { type: 'string' } },
    required: ['name', 'language', 'tone'],
  },
};

/** An organization whose team checks pull requests of one server: a developer, a maintainer, a reviewer. */
export class CandidateWorld {
  constructor(
    private readonly plane: ControlPlane,
    readonly acme: OrganizationSeed,
    readonly payments: TeamSeed,
    readonly people: { dev: PersonSeed; olivia: PersonSeed; riley: PersonSeed },
    /** Of the server that is checked. */
    public name: string,
  ) {}

  static async open(plane: ControlPlane, slug: string): Promise<CandidateWorld> {
    plane.clock.advance(1_000);
    const acme = await seed(plane).organization(slug);
    const payments = await acme.team('payments');
    const [dev, olivia] = [await payments.developer('dev'), await payments.maintainer('olivia')];
    const people = { dev, olivia, riley: await acme.reviewer('riley') };
    return new CandidateWorld(plane, acme, payments, people, `${payments.namespace}/ledger`);
  }

  candidate(tools: TestTool[], more: object = {}) {
    return { server: this.name, contract: JSON.parse(JSON.stringify(contractOf(tools))) as JsonValue, ...more };
  }

  /** Asks as the developer's pipeline does, runs the check, and reads it. */
  async checked(input: Partial<CheckRequestInput>, who: PersonSeed = this.people.dev) {
    const { id } = await this.plane.get(CheckService).request(who.context(), input);
    await this.plane.get(CheckService).run(id);
    return this.plane.get(CheckReadModel).byId(who.context(), id);
  }

  /** A published version that was seen. */
  async base(tools: TestTool[] = [GREET_TOOL], version = '1.0.0') {
    const made = await this.people.dev.publishes(this.name, version);
    await made.seen({ tools });
    return made;
  }
}

/** How each step of a check ended. */
export const statuses = (check: { steps: unknown }) =>
  Object.fromEntries((check.steps as CheckStep[]).map((step) => [step.name, step.status]));
