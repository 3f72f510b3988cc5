import { type OrganizationRole, Runtime, type TeamRole } from '@rollcall/access';
import type { JsonObject, PrincipalKind, RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { RegistryService } from '@rollcall/registry';
import { type PersonSeed, personSeed } from './person.seed.js';
import type { World } from './world.js';

/** A team, owner of the namespace `com.{organization}.{team}`. */
export type TeamSeed = {
  id: string;
  slug: string;
  namespace: string;
  maintainer(handle: string): Promise<PersonSeed>;
  developer(handle: string): Promise<PersonSeed>;
};

/** An organization with the environments `staging` and `production`. */
export type OrganizationSeed = {
  id: string;
  slug: string;
  /** A request of the product itself. */
  system(): RequestContext;
  environment(name: 'staging' | 'production'): { id: string; name: string; kind: string };
  team(slug: string): Promise<TeamSeed>;
  admin(handle: string): Promise<PersonSeed>;
  reviewer(handle: string): Promise<PersonSeed>;
  auditor(handle: string): Promise<PersonSeed>;
  /** Somebody with an account and no role at all. */
  nobody(handle: string): Promise<PersonSeed>;
};

/**
 * Fills a world with organizations, teams and people. Writes organizations by itself, because an installation has one and
 * its setup refuses a second; a test of tenants needs two.
 */
export function seed(world: World) {
  return {
    organization: async (slug: string, policy: JsonObject = {}): Promise<OrganizationSeed> => {
      const { clock, ids } = world.get(Runtime);
      const prisma = world.get(PrismaService);
      const id = ids.next('org');
      await prisma.organization.create({ data: { id, slug, name: slug, policy, createdAt: clock.now() } });
      const environments = (['staging', 'production'] as const).map((name, position) => ({
        id: ids.next('env'),
        organizationId: id,
        name,
        kind: name,
        position,
      }));
      await prisma.environment.createMany({ data: environments });
      return organizationSeed(world, { id, slug, environments });
    },
  };
}

type Stored = { id: string; slug: string; environments: { id: string; name: string; kind: string }[] };

function organizationSeed(world: World, { id, slug, environments }: Stored): OrganizationSeed {
  const runtime = world.get(Runtime);
  const withRole = (role: OrganizationRole) => async (handle: string) => {
    const person = await createPerson(world, id, handle);
    await world
      .get(PrismaService)
      .roleAssignment.create({ data: { organizationId: id, principalId: person.id, role } });
    return person;
  };
  return {
    id,
    slug,
    system: () => runtime.systemContext(id),
    environment: (name) => environments.find((one) => one.name === name) as Stored['environments'][number],
    team: async (team) => {
      const teamId = runtime.ids.next('team');
      await world.get(PrismaService).team.create({ data: { id: teamId, organizationId: id, slug: team, name: team } });
      const namespace = `com.${slug}.${team}`;
      await world.get(RegistryService).claimNamespace(runtime.systemContext(id), { name: namespace, team });
      return teamSeed(world, { id: teamId, organizationId: id, slug: team, namespace });
    },
    admin: withRole('admin'),
    reviewer: withRole('security_reviewer'),
    auditor: withRole('auditor'),
    nobody: (handle) => createPerson(world, id, handle),
  };
}

function teamSeed(
  world: World,
  team: { id: string; organizationId: string; slug: string; namespace: string },
): TeamSeed {
  const { organizationId } = team;
  const member = (role: TeamRole) => async (handle: string) => {
    const person = await createPerson(world, organizationId, handle);
    const data = { organizationId, teamId: team.id, principalId: person.id, role };
    await world.get(PrismaService).teamMember.create({ data });
    return person;
  };
  return {
    id: team.id,
    slug: team.slug,
    namespace: team.namespace,
    maintainer: member('maintainer'),
    developer: member('developer'),
  };
}

async function createPerson(world: World, organizationId: string, handle: string): Promise<PersonSeed> {
  const kind: PrincipalKind = 'user';
  const row = { id: world.get(Runtime).ids.next('prn'), organizationId, kind, handle };
  await world.get(PrismaService).principal.create({ data: { ...row, displayName: handle } });
  return personSeed(world, row);
}
