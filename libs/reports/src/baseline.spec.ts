import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostileReport, plainFinding, plainReport } from '../test/report.fixture.js';
import { applyBaseline, BASELINE_STALE, baselineOf, readBaseline } from './baseline.js';
import { holdsUp } from './ranking.js';

const entry = (fingerprint: string, reason = 'We live with it.') => ({
  fingerprint,
  ruleId: 'INPUT_REQUIRED_ADDED',
  tool: 'get_forecast',
  reason,
});

describe('a baseline', () => {
  it('takes what it accepts out of a report, which then passes', () => {
    const { report, accepted, stale } = applyBaseline(plainReport(), {
      schemaVersion: '1',
      accepted: [entry('sha256:aa')],
    });
    expect({ accepted, stale, passed: report.passed, findings: report.findings }).toEqual({
      accepted: 1,
      stale: 0,
      passed: true,
      findings: [],
    });
  });

  it('fails on an entry that nothing matches any more', () => {
    const clean = plainReport({ findings: [], passed: true });
    const { report } = applyBaseline(clean, { schemaVersion: '1', accepted: [entry('sha256:gone')] });
    expect(report.passed).toBe(false);
    expect(report.findings).toMatchObject([{ ruleId: BASELINE_STALE, source: 'baseline', level: 'error' }]);
  });

  it('does not turn a no into a yes that had another reason', () => {
    const blocked = plainReport({ findings: [], passed: false });
    expect(applyBaseline(blocked, { schemaVersion: '1', accepted: [] }).report.passed).toBe(false);
    const left = plainFinding({ level: 'warning', severity: 'undecided', fingerprint: 'intake:head:MALFORMED:/0' });
    const partial = plainReport({ findings: [plainFinding(), left], passed: false });
    const both = { schemaVersion: '1' as const, accepted: [entry('sha256:aa')] };
    expect(applyBaseline(partial, both).report.passed).toBe(false);
  });

  it('of a report accepts exactly what holds it up, and keeps reasons', () => {
    const findings = [plainFinding(), plainFinding({ level: 'note', fingerprint: 'sha256:note' })];
    const before = { schemaVersion: '1' as const, accepted: [entry('sha256:aa', 'Because.'), entry('sha256:gone')] };
    expect(baselineOf(plainReport({ findings }), before).accepted).toEqual([entry('sha256:aa', 'Because.')]);
  });

  it('of any report reads back and makes that report pass', () => {
    fc.assert(
      fc.property(hostileReport, (hostile) => {
        const findings = hostile.findings.filter(({ fingerprint, ruleId }) => fingerprint !== '' && ruleId !== '');
        const report = { ...hostile, findings, passed: !findings.some(holdsUp) };
        const written = readBaseline(JSON.parse(JSON.stringify(baselineOf(report, null))));
        if (!written.ok) throw new Error(written.error);
        expect(applyBaseline(report, written.value)).toMatchObject({ stale: 0, report: { passed: true } });
      }),
    );
  });

  it.each([
    ['nothing', null],
    ['another version', { schemaVersion: '2', accepted: [] }],
    ['an entry without a reason', { schemaVersion: '1', accepted: [entry('x', '')] }],
    ['an unknown field', { schemaVersion: '1', accepted: [], more: 1 }],
    ['a fingerprint twice', { schemaVersion: '1', accepted: [entry('x'), entry('x')] }],
  ])('of %s is refused with a sentence', (_name, value) => {
    expect(readBaseline(value)).toMatchObject({ ok: false, error: expect.any(String) });
  });
});
