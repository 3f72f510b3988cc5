import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { effectivePolicy, type OrganizationPolicy } from '@rollcall/lifecycle';
import type { Manifest, ManifestPackage } from '@rollcall/manifest';
import { PrismaService } from '@rollcall/persistence';
import { ProofNetwork } from '../proof-network.js';
import { packageUnproven } from '../proofs.errors.js';
import { mcpbProof } from './mcpb.strategy.js';
import { npmProof } from './npm.strategy.js';
import { ociProof } from './oci.strategy.js';
import { type Conclusion, failed, type PackageProof, type ProofStrategy, unknown } from './package-proof.js';
import { PackageRegistries } from './package-registries.file.js';
import { PackageSource, SourceUnavailable } from './package-source.adapter.js';
import { cargoProof, nugetProof, pypiProof } from './readme.strategy.js';

/** One thing about a package that its publisher should know; `error` only where the organization requires proofs. */
export type PackageProblem = { path: string; message: string; severity: 'error' | 'warning' };

/** What the packages of a manifest prove, under the organization's policy. */
export type PackageReport = { problems: PackageProblem[]; proofs: PackageProof[] };

/** A manifest with more packages is not asked about: one request must not become a hundred. */
const MAX_PACKAGES = 20;
const AT_ONCE = 4;

/** Does each package that a manifest names say that it is this server? */
@Injectable()
export class PackageProofs {
  private readonly strategies: ReadonlyMap<string, ProofStrategy>;

  constructor(
    private readonly prisma: PrismaService,
    private readonly network: ProofNetwork,
    private readonly registries: PackageRegistries,
    runtime: Runtime,
  ) {
    const all = [npmProof, pypiProof, nugetProof(runtime.clock), cargoProof, ociProof, mcpbProof];
    this.strategies = new Map(all.map((strategy) => [strategy.type, strategy]));
  }

  /**
   * Asks the registries of all packages; call it outside of any transaction, it takes up to half a minute per package. The
   * organization's policy `packageProofs` decides what becomes of the answers: `off` (default) asks nobody, `warn` reports,
   * `enforce` makes everything but a proof an error, an unknown one too.
   */
  async check(ctx: RequestContext, manifest: Manifest): Promise<PackageReport> {
    const mode = await this.mode(ctx.organizationId);
    if (mode === 'off' || manifest.packages.length === 0) return { problems: [], proofs: [] };
    const severity = mode === 'warn' ? 'warning' : 'error';
    if (manifest.packages.length > MAX_PACKAGES) {
      const message = `Owners are checked for at most ${MAX_PACKAGES} packages.`;
      return { problems: [{ path: 'packages', message, severity }], proofs: [] };
    }
    const proofs = await this.proofs(manifest);
    const problems = proofs
      .filter((proof) => proof.state !== 'proven')
      .map(({ path, message }) => ({ path, message, severity }) as const);
    return { problems, proofs };
  }

  /** {@link check} for a publication: throws PACKAGE_UNPROVEN, with every problem, where the organization enforces proofs. */
  async demand(ctx: RequestContext, manifest: Manifest): Promise<PackageReport> {
    const report = await this.check(ctx, manifest);
    const errors = report.problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) throw packageUnproven(errors);
    return report;
  }

  private async mode(organizationId: string): Promise<OrganizationPolicy['packageProofs']> {
    const organization = await this.prisma.organization.findUniqueOrThrow({ where: { id: organizationId } });
    return effectivePolicy(organization.policy).packageProofs;
  }

  private async proofs(manifest: Manifest): Promise<PackageProof[]> {
    const proofs: PackageProof[] = [];
    for (let from = 0; from < manifest.packages.length; from += AT_ONCE) {
      const batch = manifest.packages.slice(from, from + AT_ONCE);
      const done = batch.map((pack, index) => this.proof(pack, manifest.name, `packages[${from + index}]`));
      proofs.push(...(await Promise.all(done)));
    }
    return proofs;
  }

  private async proof(pack: ManifestPackage, serverName: string, path: string): Promise<PackageProof> {
    const { registryType, identifier } = pack;
    const { state, message, member = 'identifier' } = await this.conclude(pack, serverName);
    return { path: `${path}.${member}`, registryType, identifier, state, message };
  }

  private async conclude(pack: ManifestPackage, serverName: string): Promise<Conclusion> {
    const strategy = this.strategies.get(pack.registryType);
    if (!strategy) return unknown(`The owner of a package of type "${pack.registryType}" cannot be shown.`);
    const registries = this.registries.of(strategy.type);
    if (registries.length === 0) return unknown(`No registry of type ${strategy.type} is configured to be asked.`);
    if (pack.identifier.length > 1_000) return failed('The identifier is too long.');
    const source = new PackageSource(registries, this.network, AbortSignal.timeout(strategy.timeoutMs));
    try {
      return await strategy.conclude(pack, serverName, source);
    } catch (error) {
      if (error instanceof SourceUnavailable) return unknown(error.message);
      throw error;
    }
  }
}
