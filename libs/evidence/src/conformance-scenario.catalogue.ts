/** A revision's scenarios that any server can be asked, whatever its tools are. */
export type ScenarioSet = { specVersion: string; scenarios: readonly string[] };

/**
 * The server-agnostic part of the official suite. Most of its other scenarios ask for tools that only its own test server
 * has: they say something about SDKs and nothing about a server.
 */
export const SCENARIO_SETS: Readonly<Record<'legacy' | 'modern', ScenarioSet>> = {
  legacy: {
    specVersion: '2025-11-25',
    scenarios: ['server-initialize', 'server-session-lifecycle', 'ping', 'tools-list', 'dns-rebinding-protection'],
  },
  modern: {
    specVersion: '2026-07-28',
    scenarios: [
      'server-stateless',
      'tools-list',
      'caching',
      'http-header-validation',
      'dns-rebinding-protection',
      'sep-2164-resource-not-found',
    ],
  },
};

/** Checks that need a tool of the suite's own test server; without it they fail and say nothing. */
export const NOT_TESTABLE_CHECKS: readonly string[] = [
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
];

/** Judges every message of a scenario; on its own it says only that nothing malformed was seen. */
export const WIRE_CHECK = 'wire-schema-valid';
