/** The promised exit codes. They are API: never reused, never given a second meaning. */
export const EXIT = {
  /** Yes, clean, done. */
  done: 0,
  /** The verdict is no, and nothing else. */
  no: 1,
  /** Wrong use, or a refused request. */
  usage: 2,
  /** Not signed in, or not allowed. */
  notAllowed: 3,
  /** Unreachable, or timed out. */
  unreachable: 4,
  /** The inspected server broke the protocol. */
  protocol: 5,
  /** Undecided: unknown, still running, waiting for a person. */
  undecided: 6,
  /** Our bug. */
  bug: 70,
} as const;

/** One of the promised exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of refusals and faults that do not mean "fix the call". */
const EXIT_OF_CODE: Readonly<Record<string, ExitCode>> = {
  UNAUTHENTICATED: EXIT.notAllowed,
  FORBIDDEN: EXIT.notAllowed,
  TARGET_AUTH_REQUIRED: EXIT.notAllowed,
  TARGET_FORBIDDEN: EXIT.notAllowed,
  NETWORK: EXIT.unreachable,
  TIMEOUT: EXIT.unreachable,
  UNAVAILABLE: EXIT.unreachable,
  RATE_LIMITED: EXIT.unreachable,
  NOT_ROLLCALL: EXIT.unreachable,
  TARGET_UNREACHABLE: EXIT.unreachable,
  TARGET_TIMEOUT: EXIT.unreachable,
  TARGET_PROTOCOL_VIOLATION: EXIT.protocol,
  CONTRACT_INCOMPLETE: EXIT.protocol,
  UNDECIDED: EXIT.undecided,
  STILL_RUNNING: EXIT.undecided,
  INTERNAL: EXIT.bug,
  INTERNAL_SERVER_ERROR: EXIT.bug,
  VERSION_SKEW: EXIT.bug,
};

/** The exit code of a failure: an unlisted code is a refused request. */
export function exitOfCode(code: string): ExitCode {
  if (Object.hasOwn(EXIT_OF_CODE, code)) return EXIT_OF_CODE[code] ?? EXIT.usage;
  // The semver gate judged the contract and said no: a verdict, not a wrong call.
  return code.startsWith('SEMVER_') ? EXIT.no : EXIT.usage;
}
