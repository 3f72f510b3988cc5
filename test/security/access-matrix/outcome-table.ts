const SHORT: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: '401',
  FORBIDDEN: '403',
  NOT_FOUND: '404',
  'ok-own': 'own',
  NOT_SUPPORTED: '501',
  NAMESPACE_NOT_OWNED: 'UNOWNED',
  SIGN_IN_UNAVAILABLE: 'OFF',
  CHALLENGE_MISSING: 'NO-CHALL',
  CHALLENGE_UNMET: 'UNMET',
  GUARD_UNMET: 'GUARD',
  TOKEN_NOT_YOURS: 'NOT-YOURS',
  APPROVER_ASKED_FOR_CHECK: 'ASKED',
};

const LEGEND = `# Who gets what. Every query, mutation, subscription and route of the api, tried by every caller on things of the team
# payments of the organization acme. Compared by access-matrix.spec.ts, which also writes it: ACCESS_MATRIX=write.
#
# ok     done, or answered with what belongs to payments or to acme
# own    answered with the caller's own things only
# EMPTY  an empty list            null  no such thing for this caller
# 401    UNAUTHENTICATED          403   FORBIDDEN           404   NOT_FOUND
# 501    NOT_SUPPORTED            OFF   SIGN_IN_UNAVAILABLE CLOSED the socket is closed to this token
# GUARD, UNMET: allowed, but a guard or a proof is not met (GUARD_UNMET, CHALLENGE_UNMET)
# UNOWNED: NAMESPACE_NOT_OWNED. NO-CHALL: CHALLENGE_MISSING. NOT-YOURS: TOKEN_NOT_YOURS.
# ASKED: APPROVER_ASKED_FOR_CHECK. Other words are codes as they are.
#
# nobody    no token                                      pay-*     of the team payments: developer, service account
# expired   a token of acme's administrator, over                   (a developer), maintainer
# cookie    the session cookie of acme's administrator,   mkt-*     the same of another team of acme
#           without the word that goes with it            scoped    a token of acme's administrator, server.read only
# no-role   an account of acme without any role           globex    administrator of another organization
# gateway   the gateway of acme's staging environment     others    roles in the whole of acme
`;

/** Writes the table: one line per row, one column per caller. */
export function tableOf(callers: readonly string[], outcomes: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...outcomes].map(([name, words]) => [name, ...words.map((word) => SHORT[word] ?? word)]);
  const all = [['', ...callers], ...lines.filter((line) => !isForAll(line))];
  const widths = (all[0] ?? []).map((_, column) =>
    Math.max(...(column === 0 ? lines : all).map((line) => (line[column] ?? '').length)),
  );
  const print = (line: readonly string[]) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' ')
      .trimEnd();
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    const group = groupOf(line[0] ?? '');
    const text = isForAll(line) ? print([line[0] ?? '', `everybody: ${line[1]}`]) : print(line);
    groups.set(group, [...(groups.get(group) ?? []), text]);
  }
  const head = print(['', ...callers]);
  return [LEGEND, ...[...groups].map(([group, text]) => `## ${group}\n${head}\n${text.join('\n')}\n`)].join('\n');
}

/** Everybody is answered alike: that is one word. */
const isForAll = ([, ...words]: readonly string[]): boolean => new Set(words).size === 1;

const groupOf = (name: string): string =>
  ({ Query: 'Queries', Mutation: 'Mutations', Subscription: 'Subscriptions' })[name.split('.')[0] ?? ''] ?? 'Routes';
