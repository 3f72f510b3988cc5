import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { CaseFile, CaseRun } from '../case.js';
import { readable, SERVERS } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require, skip } from '../verdict.js';

/** Health, caches, and the older name of the API. */
export const OPERATIONAL: CaseFile = {
  group: 'operational',
  cases: [
    {
      id: 'operational.health',
      level: 'should',
      sentence: 'GET /v0.1/health answers { "status": "ok" }.',
      source: FROM.official,
      needs: 'nothing',
      run: async (run) => {
        require((await object(run, '/v0.1/health'))['status'] === 'ok', 'status is not "ok".');
        return met();
      },
    },
    {
      id: 'operational.ping',
      level: 'should',
      sentence: 'GET /v0.1/ping answers { "pong": true }.',
      source: FROM.official,
      needs: 'nothing',
      run: async (run) => {
        require((await object(run, '/v0.1/ping'))['pong'] === true, 'pong is not true.');
        return met();
      },
    },
    {
      id: 'operational.version',
      level: 'optional',
      sentence: 'GET /v0.1/version answers with a "version" text.',
      source: FROM.official,
      needs: 'nothing',
      run: async (run) => {
        require(typeof (await object(run, '/v0.1/version'))['version'] === 'string', 'version is no text.');
        return met();
      },
    },
    {
      id: 'operational.v0-alias',
      level: 'should',
      sentence: '/v0 is the same API under its older name: mcp-publisher uses no other.',
      source: FROM.publisher,
      run: async ({ probe }) => {
        const answer = await probe.get('/v0/servers?limit=5');
        if (answer.status === 404) return refute('There is no /v0: mcp-publisher does not work here.');
        const text = (page: { items: { name: string; version: string }[] }) =>
          JSON.stringify(page.items.map(({ name, version }) => [name, version]));
        require(text(readable(answer)) ===
          text(await probe.list('limit=5')), '/v0/servers lists something else than /v0.1/servers.');
        return met();
      },
    },
    {
      id: 'operational.head',
      level: 'should',
      sentence: 'HEAD on the list answers like GET, without a body.',
      source: FROM.http,
      run: async ({ probe }) => {
        const { status, text } = await probe.read({ method: 'HEAD', path: `${SERVERS}?limit=1` });
        require(status === 200, `It is answered with ${status}.`);
        require(text === '', 'It has a body.');
        return met();
      },
    },
    {
      id: 'operational.not-modified',
      level: 'optional',
      sentence: 'With If-None-Match and the ETag it gave, the list answers 304 without a body.',
      source: FROM.http,
      run: async ({ probe }) => {
        const etag = (await probe.get(`${SERVERS}?limit=1`)).headers['etag'];
        if (etag === undefined) return skip('The list has no ETag.');
        const { status, text } = await probe.get(`${SERVERS}?limit=1`, { 'if-none-match': etag });
        require(status === 304, `It is answered with ${status}.`);
        require(text === '', 'It has a body.');
        return met();
      },
    },
    {
      id: 'operational.validate-valid',
      level: 'optional',
      sentence: 'POST /v0.1/validate answers 200 and valid: true for a valid document, without credentials.',
      source: FROM.publisher,
      run: async (run) => {
        const said = await validation(run, { ...DOCUMENT });
        require(said['valid'] === true, `valid is ${JSON.stringify(said['valid'])}.`);
        return met();
      },
    },
    {
      id: 'operational.validate-invalid',
      level: 'optional',
      sentence:
        'For an invalid document it answers 200, valid: false, and issues with type, path, message and severity.',
      source: FROM.publisher,
      run: validateInvalid,
    },
  ],
};

const DOCUMENT: JsonObject = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  name: 'com.example.conformance/validated-only',
  description: 'Sent to be validated, never published.',
  version: '1.0.0',
};

async function validateInvalid(run: CaseRun) {
  const said = await validation(run, { ...DOCUMENT, version: '^1.2.3' });
  require(said['valid'] === false, 'A range as the version is called valid.');
  const issues = Array.isArray(said['issues']) ? said['issues'] : [];
  require(issues.length > 0, 'There are no issues.');
  for (const issue of issues) {
    const complete =
      isJsonObject(issue) && ['type', 'path', 'message', 'severity'].every((key) => typeof issue[key] === 'string');
    require(complete, `An issue lacks type, path, message or severity: ${JSON.stringify(issue).slice(0, 120)}`);
  }
  const referenced = issues.every((issue) => isJsonObject(issue) && typeof issue['reference'] === 'string');
  return referenced ? met() : metUnusually('Issues have no "reference".');
}

async function validation({ probe }: CaseRun, body: JsonObject): Promise<JsonObject> {
  const { status, json } = await probe.read({ method: 'POST', path: '/v0.1/validate', body, as: 'nobody' });
  if (status === 404 || status === 405 || status === 501) return skip(`There is no /v0.1/validate (${status}).`);
  require(status === 200, `It is answered with ${status}.`);
  return isJsonObject(json) ? json : refute('The answer is no JSON object.');
}

async function object({ probe }: CaseRun, path: string): Promise<JsonObject> {
  const { status, json } = await probe.get(path);
  if (status === 404) return skip(`There is no ${path}.`);
  require(status === 200, `${path} is answered with ${status}.`);
  return isJsonObject(json) ? json : refute(`${path} does not answer with a JSON object.`);
}
