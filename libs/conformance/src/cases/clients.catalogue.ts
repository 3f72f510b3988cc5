import type { CaseFile, CaseRun } from '../case.js';
import { itemIn, SERVERS, versionPath } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, refute, require, skip } from '../verdict.js';
import { galleryPageOf, galleryServerOf } from '../vscode-gallery.js';

const GALLERY = 'limit=50&version=latest';

/** The requests of VS Code's MCP gallery, read as it reads them. */
export const VSCODE: CaseFile = {
  group: 'client-quirks/vscode',
  cases: [
    {
      id: 'vscode.first-request',
      level: 'must',
      sentence: 'GET /v0.1/servers?limit=1, by which VS Code finds out that this is a registry, is answered with 200.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        await probe.list('limit=1');
        return met();
      },
    },
    {
      id: 'vscode.gallery-page',
      level: 'must',
      sentence: 'The first gallery page is read without losing a server.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const answer = await probe.get(`${SERVERS}?${GALLERY}`);
        require(answer.status === 200, `It is answered with ${answer.status}.`);
        const page = galleryPageOf(answer.json);
        require(page.problem === null, page.problem ?? '');
        require(page.skipped === 0, `${page.skipped} servers are passed over.`);
        return met(`${page.servers.length} servers.`);
      },
    },
    {
      id: 'vscode.next-page',
      level: 'must',
      sentence: 'The next gallery page, with the cursor as it came, is read and has other servers.',
      source: FROM.vscode,
      run: nextPage,
    },
    {
      id: 'vscode.one-server',
      level: 'must',
      sentence: 'Each of the first servers is found again under versions/latest, with the status the list says.',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const { servers } = galleryPageOf((await probe.get(`${SERVERS}?${GALLERY}`)).json);
        for (const listed of servers.slice(0, 3)) {
          const read = galleryServerOf((await probe.get(versionPath(listed.name, 'latest'))).json);
          require(typeof read !== 'string', `${listed.name} cannot be read.`);
          require(read.version === listed.version &&
            read.status ===
              listed.status, `${listed.name} is ${read.version} (${read.status}) there, ${listed.version} (${listed.status}) in the list.`);
        }
        return servers.length > 0 ? met() : skip('The gallery is empty.');
      },
    },
    {
      id: 'vscode.unknown-server',
      level: 'must',
      sentence: 'A server that is not there is a 4xx: VS Code takes that for "not in the registry".',
      source: FROM.vscode,
      run: async ({ probe }) => {
        const { status } = await probe.get(versionPath('com.example.conformance/there-is-no-such-server', 'latest'));
        require(status >= 400 && status < 500, `It is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'vscode.https',
      level: 'should',
      sentence: "The registry is reached over https: the editor's content security policy blocks plain http.",
      source: FROM.vscode,
      run: ({ probe }) => {
        const { protocol, hostname } = new URL(probe.base);
        if (/^(localhost|127\.|\[::1\])/.test(hostname)) return skip('This is a loopback address.');
        return protocol === 'https:' ? met() : refute('The registry is addressed over plain http.');
      },
    },
  ],
};

async function nextPage({ probe }: CaseRun) {
  // A page of fifty is rarely full; the same request with a smaller page shows the same.
  for (const query of [GALLERY, 'limit=1&version=latest']) {
    const first = await probe.list(query);
    if (first.nextCursor === null) continue;
    const answer = await probe.get(`${SERVERS}?${query}&cursor=${first.nextCursor}`);
    const page = galleryPageOf(answer.json);
    require(answer.status === 200 &&
      page.problem === null, `It is answered with ${answer.status}. ${page.problem ?? ''}`);
    const known = new Set(first.items.map(({ name }) => name));
    const again = page.servers.find(({ name }) => known.has(name));
    require(again === undefined, `${again?.name} is on both pages.`);
    const old = page.servers.find(({ isLatest }) => !isLatest);
    require(old === undefined, `${old?.name} ${old?.version} is not the latest.`);
    return met();
  }
  return skip('There is only one server.');
}

/** What GitHub Copilot asks a private registry. */
export const COPILOT: CaseFile = {
  group: 'client-quirks/copilot',
  cases: [
    {
      id: 'copilot.anonymous',
      level: 'should',
      sentence: 'versions/latest answers without credentials: Copilot sends none, and takes 401 and 403 for "blocked".',
      source: FROM.copilot,
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        const { status } = await probe.get(versionPath(name, 'latest'), {}, 'nobody');
        require(status === 200, `Without credentials it is answered with ${status}: Copilot blocks every server.`);
        return met();
      },
    },
    {
      id: 'copilot.list',
      level: 'should',
      sentence: 'The list answers without credentials.',
      source: FROM.copilot,
      run: async ({ probe }) => {
        const { status } = await probe.get(SERVERS, {}, 'nobody');
        require(status === 200, `Without credentials it is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'copilot.exact-version',
      level: 'must',
      sentence: 'versions/latest and the exact version it names are the same server.',
      source: FROM.copilot,
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        const latest = itemIn(await probe.get(versionPath(name, 'latest')));
        const exact = itemIn(await probe.get(versionPath(name, latest.version)));
        require(exact.name === latest.name &&
          exact.version === latest.version, `${latest.version} is answered with ${exact.version}.`);
        return met();
      },
    },
    {
      id: 'copilot.unknown-is-404',
      level: 'should',
      sentence: 'Without credentials, too, an unknown server is 404, not 401, 403 or 5xx.',
      source: FROM.copilot,
      run: async ({ probe }) => {
        const path = versionPath('com.example.conformance/there-is-no-such-server', 'latest');
        const { status } = await probe.get(path, {}, 'nobody');
        require(status === 404, `It is answered with ${status}.`);
        return met();
      },
    },
    {
      id: 'copilot.cors',
      level: 'must',
      sentence: 'List, latest and exact version carry Access-Control-Allow-Origin.',
      source: FROM.copilot,
      run: async ({ probe }) => {
        const { name, version } = await probe.sample();
        for (const path of [SERVERS, versionPath(name, 'latest'), versionPath(name, version)]) {
          const allowed = (await probe.get(path, { origin: 'https://github.com' })).headers[
            'access-control-allow-origin'
          ];
          if (allowed === 'https://github.com') return metUnusually('Only origins it knows are named, not "*".');
          require(allowed === '*', `${path} has Access-Control-Allow-Origin ${allowed ?? 'absent'}.`);
        }
        return met();
      },
    },
  ],
};
