import { isJsonObject } from '@rollcall/kernel';
import type { CaseFile, CaseRun } from '../case.js';
import { SERVERS, versionPath } from '../probe.js';
import type { Answer } from '../registry.client.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require, skip } from '../verdict.js';

/** A path whose answer is an error on every registry. */
const WRONG = versionPath('com.example.conformance/there-is-no-such-server', 'latest');

/** What programs and people are told when something is refused. */
export const ERRORS: CaseFile = {
  group: 'errors',
  cases: [
    {
      id: 'errors.shape',
      level: 'must',
      sentence:
        'An error is JSON: { "error": text }, or problem details with title and status; both are accepted here.',
      source: FROM.errors,
      run: async (run) => {
        const { json } = await wrong(run);
        require(isJsonObject(json), 'The body is no JSON object.');
        const plain = typeof json['error'] === 'string' && json['error'] !== '';
        const problem = typeof json['title'] === 'string' && typeof json['status'] === 'number';
        require(plain || problem, 'The body has neither an "error" text nor "title" and "status".');
        return met(
          plain && problem
            ? 'Both forms.'
            : plain
              ? 'The form of the specification.'
              : 'The form of the official registry.',
        );
      },
    },
    {
      id: 'errors.both-shapes',
      level: 'optional',
      sentence: 'An error serves readers of both forms: problem details with an "error" text.',
      source: FROM.errors,
      run: async (run) => {
        const { json } = await wrong(run);
        require(isJsonObject(json), 'The body is no JSON object.');
        require(typeof json['error'] === 'string', 'There is no "error" text, which the specification promises.');
        require(typeof json['title'] === 'string' ||
          typeof json['detail'] ===
            'string', 'There is neither "title" nor "detail", which the official registry sends.');
        return met();
      },
    },
    {
      id: 'errors.media-type',
      level: 'must',
      sentence: 'Errors are application/json or application/problem+json.',
      source: FROM.errors,
      run: async (run) => {
        const type = (await wrong(run)).headers['content-type'] ?? 'absent';
        require(/^application\/(problem\+)?json\s*(;|$)/i.test(type), `The content type is ${type}.`);
        return met(type);
      },
    },
    {
      id: 'errors.status-member',
      level: 'should',
      sentence: 'A "status" in the body is the status of the answer.',
      source: 'RFC 9457',
      run: async (run) => {
        const { json, status } = await wrong(run);
        const said = isJsonObject(json) ? json['status'] : undefined;
        if (typeof said !== 'number') return skip('The body has no "status" number.');
        require(said === status, `The body says ${said}, the answer is ${status}.`);
        return met();
      },
    },
    {
      id: 'errors.no-internals',
      level: 'must',
      sentence: 'Errors tell nothing about the inside: no stack traces, SQL, paths of files or addresses of databases.',
      source: FROM.official,
      run: noInternals,
    },
    {
      id: 'errors.no-faults',
      level: 'must',
      sentence: 'Wrong parameters and names are refused with a 4xx, never with a 5xx.',
      source: FROM.http,
      run: async ({ probe }) => {
        for (const path of ODD) {
          const { status } = await probe.get(path);
          require(status < 500, `${path} is answered with ${status}.`);
        }
        return met();
      },
    },
  ],
};

/** Requests that simple code does not expect. */
const ODD = [
  `${SERVERS}?limit=abc`,
  `${SERVERS}?limit=99999999999999999999`,
  `${SERVERS}?limit=-1`,
  `${SERVERS}?limit=1&limit=2`,
  `${SERVERS}?updated_since=yesterday`,
  `${SERVERS}?cursor=%00`,
  `${SERVERS}?search=${'a'.repeat(1500)}`,
  `${SERVERS}?search=%27%3B%20--&version=%5C`,
  `${SERVERS}/not-a-name/versions`,
  `${SERVERS}/a%2Fb%2Fc/versions/latest`,
  `${SERVERS}/${'n'.repeat(300)}%2Fx/versions/latest`,
];

const LEAKS: readonly [what: string, pattern: RegExp][] = [
  [
    'a stack trace',
    /\n\s+at .+[:(]\d+|Traceback \(most recent call last\)|goroutine \d+ \[|\bat [\w.$<>]+ \((?:file:|\/|[A-Z]:\\)/,
  ],
  ['a path of a file', /(?:^|["'\s(])(?:file:\/\/|\/(?:usr|home|app|var|src|opt|root|work)\/|[A-Z]:\\)[\w./\\-]+/],
  [
    'SQL',
    /\b(?:SELECT .+ FROM|INSERT INTO|UPDATE .+ SET|syntax error at or near|SQLSTATE|duplicate key value|invalid byte sequence)\b/i,
  ],
  ['an address of a database', /\b(?:postgres(?:ql)?|mysql|mongodb|redis):\/\//i],
  [
    'a name of an internal error',
    /\b(?:PrismaClient\w+|TypeError|ReferenceError|NullPointerException|runtime error:|pgx?\.\w*Error)\b/,
  ],
];

async function noInternals(run: CaseRun) {
  await wrong(run);
  for (const path of ODD) await run.probe.get(path);
  const { errors } = run.probe;
  for (const { request, text } of errors) {
    const leak = LEAKS.find(([, pattern]) => pattern.test(text.replaceAll('\\n', '\n')));
    if (leak !== undefined) return refute(`${request} answers with ${leak[0]}.`);
  }
  return met(`${errors.length} errors were looked at.`);
}

async function wrong({ probe }: CaseRun): Promise<Answer> {
  const answer = await probe.get(WRONG);
  return answer.status >= 400 ? answer : refute(`An unknown server is answered with ${answer.status}.`);
}

const ORIGIN = { origin: 'https://conformance.example' };

/** Browsers and editors with a web view. */
export const CORS: CaseFile = {
  group: 'cors',
  cases: [
    {
      id: 'cors.get',
      level: 'must',
      sentence: 'A GET from another origin carries Access-Control-Allow-Origin.',
      source: FROM.copilot,
      run: async ({ probe }) => allows(await probe.get(`${SERVERS}?limit=1`, ORIGIN)),
    },
    {
      id: 'cors.error',
      level: 'should',
      sentence:
        'Errors carry Access-Control-Allow-Origin, too: a page could not tell "not found" from "no network" otherwise.',
      source: FROM.cors,
      run: async ({ probe }) => allows(await probe.get(WRONG, ORIGIN)),
    },
    {
      id: 'cors.preflight',
      level: 'must',
      sentence: 'OPTIONS on the list is answered with 2xx, and allows GET and any origin, without credentials.',
      source: FROM.copilot,
      run: (run) => preflight(run, SERVERS, 'GET'),
    },
    {
      id: 'cors.preflight-version',
      level: 'must',
      sentence: 'OPTIONS on a version is answered with 2xx, and allows GET and any origin.',
      source: FROM.copilot,
      run: async (run) => {
        const { name } = await run.probe.sample();
        return preflight(run, versionPath(name, 'latest'), 'GET');
      },
    },
    {
      id: 'cors.preflight-headers',
      level: 'must',
      sentence: 'The preflight allows the headers Authorization and Content-Type.',
      source: FROM.copilot,
      run: async (run) => {
        const { headers } = await options(run, SERVERS, 'GET');
        const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/);
        if (allowed.includes('*') && !allowed.includes('authorization'))
          return metUnusually('"*" does not stand for Authorization in current browsers.');
        const absent = ['authorization', 'content-type'].find((name) => !allowed.includes(name));
        require(absent === undefined, `${absent} is not allowed.`);
        return met();
      },
    },
    {
      id: 'cors.preflight-patch',
      level: 'should',
      sentence:
        'The preflight of a status path allows PATCH; the official registry does not, so browsers cannot change a status there.',
      source: FROM.cors,
      run: async (run) => {
        const { name, version } = await run.probe.sample();
        return preflight(run, `${versionPath(name, version)}/status`, 'PATCH');
      },
    },
  ],
};

function allows({ headers, request }: Answer, origin = ORIGIN.origin) {
  const allowed = headers['access-control-allow-origin'];
  require(allowed === '*' || allowed === origin, `${request} has Access-Control-Allow-Origin ${allowed ?? 'absent'}.`);
  require(headers['access-control-allow-credentials'] !==
    'true', 'Any origin may send credentials of the browser along.');
  return met(allowed);
}

async function options({ probe }: CaseRun, path: string, method: string): Promise<Answer> {
  const headers = {
    ...ORIGIN,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type',
  };
  const answer = await probe.read({ method: 'OPTIONS', path, headers, as: 'nobody' });
  return answer.status >= 200 && answer.status < 300 ? answer : refute(`OPTIONS is answered with ${answer.status}.`);
}

async function preflight(run: CaseRun, path: string, method: string) {
  const answer = await options(run, path, method);
  const verdict = allows(answer);
  const methods = (answer.headers['access-control-allow-methods'] ?? '').toUpperCase().split(/\s*,\s*/);
  require(methods.includes(method) ||
    methods.includes('*'), `Access-Control-Allow-Methods is "${methods.join(', ')}".`);
  return verdict;
}
