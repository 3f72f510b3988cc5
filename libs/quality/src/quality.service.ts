import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { type Contract, digestOf, type IntakeIssue } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { applyExceptions, type LintFinding, lintWithTokens, ruleOptions } from '@rollcall/lint';
import { FleetReadModel } from './fleet.read-model.prisma.js';
import { LintExceptionReadModel } from './lint-exception.read-model.prisma.js';
import { RuleSetReadModel } from './rule-set.read-model.prisma.js';

/** What is linted: the contract of a server, or of one that is still to be. */
export type LintSubject = { serverName: string; contract: Contract; issues: readonly IntakeIssue[] };

/** Lints with everything the organization has decided and everything it runs. */
@Injectable()
export class QualityService {
  constructor(
    private readonly runtime: Runtime,
    private readonly ruleSets: RuleSetReadModel,
    private readonly exceptions: LintExceptionReadModel,
    private readonly fleet: FleetReadModel,
  ) {}

  /** Findings of a check's lint step, the loudest first. The caller has authorized; this asks for no permission. */
  async lint(organizationId: string, { serverName, contract, issues }: LintSubject): Promise<LintFinding[]> {
    const rules = await this.ruleSets.effective(organizationId, serverName);
    const { similarity } = ruleOptions(rules);
    const fleet = await this.fleet.matches(organizationId, { serverName, contract, similarity });
    const findings = await lintWithTokens(contract, issues, { rules, fleet });
    const now = this.runtime.clock.now();
    return applyExceptions(findings, await this.exceptions.active(organizationId, serverName, now), now);
  }

  /** How many recorded findings are errors now: one that was let pass is an error again when its exception has ended. */
  async errorsNow(organizationId: string, serverName: string, findings: readonly LintFinding[]): Promise<number> {
    const open = await this.exceptions.active(organizationId, serverName, this.runtime.clock.now());
    const held = new Set(open.map(({ id }) => id));
    const isError = ({ severity, exception }: LintFinding): boolean =>
      exception === undefined || held.has(exception.id) ? severity === 'error' : exception.severity === 'error';
    return findings.filter(isError).length;
  }

  /** A text that changes whenever another rule set or exception holds for the server: what was judged before is then old. */
  async terms(organizationId: string, serverName: string): Promise<string> {
    const now = this.runtime.clock.now();
    const rules = await this.ruleSets.effective(organizationId, serverName);
    const exceptions = await this.exceptions.active(organizationId, serverName, now);
    return digestOf({ rules: rules as JsonObject, exceptions: exceptions.map(({ id }) => id) });
  }
}
