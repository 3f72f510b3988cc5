import type { CaseFile, CaseRun, ConformanceCase } from '../case.js';
import { itemIn, SERVERS, versionPath } from '../probe.js';
import { FROM } from '../sources.js';
import { met, metUnusually, require, skip } from '../verdict.js';

/** Names and versions in paths. */
export const ENCODING: CaseFile = {
  group: 'encoding',
  cases: [
    {
      id: 'encoding.encoded-slash',
      level: 'must',
      sentence: 'The slash of a name is understood as %2F.',
      source: FROM.version,
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        const item = itemIn(await probe.get(versionPath(name, 'latest')));
        require(item.name === name, `The answer is about ${item.name}.`);
        return met();
      },
    },
    {
      id: 'encoding.lower-case-escape',
      level: 'must',
      sentence: 'The slash of a name is understood as %2f, too.',
      source: 'RFC 3986, section 2.1',
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        itemIn(await probe.get(versionPath(name, 'latest').replace('%2F', '%2f')));
        return met();
      },
    },
    {
      id: 'encoding.decoded-slash',
      level: 'should',
      sentence: 'The slash of a name is understood as it is: some proxies decode %2F on the way.',
      source: FROM.official,
      run: async ({ probe }) => {
        const { name } = await probe.sample();
        const item = itemIn(await probe.get(`${SERVERS}/${name}/versions/latest`));
        require(item.name === name, `The answer is about ${item.name}.`);
        return met();
      },
    },
    nul('encoding.nul-path', `${SERVERS}/com.example%2Fa%00b/versions/latest`, 'in a path'),
    nul('encoding.nul-query', `${SERVERS}?search=a%00b`, 'in a query'),
    {
      id: 'encoding.broken-escape',
      level: 'must',
      sentence: 'A broken percent escape is refused with a 4xx.',
      source: 'RFC 3986, section 2.1',
      run: async ({ probe }) => {
        const { status } = await probe.get(`${SERVERS}/com.example%2Fa%zz/versions/latest`);
        require(status >= 400 && status < 500, `It is answered with ${status}.`);
        return met(`${status}`);
      },
    },
    {
      id: 'encoding.case-sensitive',
      level: 'should',
      sentence: 'Names are case-sensitive.',
      source: FROM.manifest,
      run: caseSensitive,
    },
  ],
};

function nul(id: string, path: string, where: string): ConformanceCase {
  return {
    id,
    level: 'must',
    sentence: `A NUL ${where} is refused with 400; any other 4xx is accepted here.`,
    source: FROM.official,
    run: async ({ probe }) => {
      const { status } = await probe.get(path);
      require(status >= 400 && status < 500, `It is answered with ${status}.`);
      return status === 400 ? met() : metUnusually(`It is answered with ${status}.`);
    },
  };
}

async function caseSensitive({ probe }: CaseRun) {
  const { name } = await probe.sample();
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return skip('The name of the sample has no letters.');
  const { status } = await probe.get(versionPath(other, 'latest'));
  require(status === 404, `${other} is answered with ${status}.`);
  return met();
}
