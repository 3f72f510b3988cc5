import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unpinnedProblem } from './ci-issuers.catalogue.js';
import { claimsMatch, patternProblem, textMatches } from './claim-match.js';

describe('a pattern', () => {
  it.each([
    ['repo:acme/app:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', true],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', true],
    ['repo:acme/*', 'repo:acme/app', true],
    ['repo:acme/*', 'repo:acme-evil/app', false],
    ['repo:acme/*', 'repo:acme/app/more', false],
    ['repo:acme/*', 'repo:acme/', false],
    ['repo:acme/*', 'repo:acme', false],
    ['repo:acme/*', 'repo:acme/app:ref:refs/heads/main', false],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:environment:x:ref:refs/heads/main', false],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app/x:ref:refs/heads/main', false],
    ['acme/api-*', 'acme/api-gateway', true],
    ['acme/api-*', 'acme/api-', false],
    ['acme/*-api', 'acme/pay-api', true],
    ['acme/a*a', 'acme/a', false],
    ['acme/a*a', 'acme/aa', false],
    ['acme/a*a', 'acme/aba', true],
    ['refs/heads/release/*', 'refs/heads/release/1.0', true],
    ['refs/heads/release/*', 'refs/heads/release/1.0/x', false],
    ['a/b', 'a:b', false],
    ['Acme', 'acme', false],
    ['a.b', 'axb', false],
    ['acme', 'acme\n', false],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(textMatches(pattern, text)).toBe(expected);
  });

  it('without a star matches itself and nothing else', () => {
    const text = fc.string({ maxLength: 20 }).filter((one) => !one.includes('*'));
    fc.assert(fc.property(text, text, (a, b) => textMatches(a, b) === (a === b)));
    fc.assert(fc.property(text, (a) => textMatches(a, a)));
  });

  it('with a star never reaches into another segment', () => {
    const owner = fc.string({ minLength: 1, maxLength: 8 }).filter((one) => !/[*/:]/.test(one));
    fc.assert(
      fc.property(owner, fc.string({ maxLength: 20 }), (name, text) => {
        if (!textMatches(`${name}/*`, text)) return;
        expect(text.startsWith(`${name}/`)).toBe(true);
        expect(text.slice(name.length + 1)).not.toMatch(/[/:]/);
      }),
    );
  });
});

describe('the claims of a token', () => {
  it('must all match, and none may be missing', () => {
    const patterns = { repository: 'acme/app', ref: 'refs/heads/*' };
    expect(claimsMatch(patterns, { repository: 'acme/app', ref: 'refs/heads/main', x: 1 })).toBe(true);
    expect(claimsMatch(patterns, { repository: 'acme/app', ref: 'refs/tags/v1' })).toBe(false);
    expect(claimsMatch(patterns, { repository: 'acme/app' })).toBe(false);
    expect(claimsMatch({}, { repository: 'acme/app' })).toBe(false);
  });

  it('are text, numbers or booleans; anything else matches nothing', () => {
    expect(claimsMatch({ id: '42', protected: 'true' }, { id: 42, protected: true })).toBe(true);
    for (const odd of [['acme/app'], { a: 'acme/app' }, null]) {
      expect(claimsMatch({ repository: 'acme/app' }, { repository: odd as never })).toBe(false);
    }
    expect(claimsMatch({ constructor: '*' }, {})).toBe(false);
  });
});

describe('a rule', () => {
  it.each([
    [{}, 'at least one claim'],
    [{ iss: 'x' }, 'checked anyway'],
    [{ aud: 'x' }, 'checked anyway'],
    [{ repository: '*' }, 'nothing but *'],
    [{ sub: '*:*', repository: '*/*' }, 'nothing but *'],
    [{ repository: 'acme/*x*' }, 'more than one *'],
    [{ repository: '' }, '1 to 512'],
    [{ 'a b': 'x' }, 'not the name of a claim'],
  ])('of the claims %j is refused', (claims, complaint) => {
    expect(patternProblem(claims as Record<string, string>)).toContain(complaint);
  });

  const GITHUB = 'https://token.actions.githubusercontent.com';
  it.each([
    [GITHUB, { repository: 'acme/app' }, true],
    [GITHUB, { repository: 'acme/*' }, true],
    [GITHUB, { repository_owner: 'acme' }, true],
    [GITHUB, { repository_id: '42' }, true],
    [GITHUB, { sub: 'repo:acme/*:ref:refs/heads/main' }, true],
    [`${GITHUB}/acme-enterprise`, { ref: 'refs/heads/main' }, false],
    [GITHUB, { ref: 'refs/heads/main' }, false],
    [GITHUB, { environment: 'production', workflow: 'release' }, false],
    [GITHUB, { job_workflow_ref: 'acme/flows/.github/workflows/x.yml@refs/heads/main' }, false],
    [GITHUB, { repository: '*/app' }, false],
    [GITHUB, { repository: 'acme*/app' }, false],
    [GITHUB, { repository: 'ac*/*' }, false],
    [GITHUB, { repository_owner: 'acme*' }, false],
    [GITHUB, { repository_id: '4*' }, false],
    [GITHUB, { sub: 'repo:*/app:ref:refs/heads/main' }, false],
    [GITHUB, { sub: 'repo:acme*/app:ref:refs/heads/main' }, false],
    ['https://token.actions.githubusercontent.com.', { ref: 'x' }, false],
    ['https://TOKEN.actions.githubusercontent.com', { ref: 'x' }, false],
    ['https://gitlab.com', { project_path: 'acme/app' }, true],
    ['https://gitlab.com', { namespace_path: 'acme' }, true],
    ['https://gitlab.com', { ref: 'main', ref_protected: 'true' }, false],
    ['https://gitlab.com', { project_path: '*/app' }, false],
    ['https://accounts.google.com', { email: '*@acme.example' }, false],
    ['https://agent.buildkite.com', { organization_slug: 'acme' }, true],
    ['https://agent.buildkite.com', { pipeline_slug: 'release' }, false],
    ['https://ci.acme.example', { ref: 'main' }, true],
  ])('of %s with %j is pinned: %s', (issuer, claims, pinned) => {
    expect(unpinnedProblem(issuer, claims as Record<string, string>) === null).toBe(pinned);
  });
});
