#!/usr/bin/env node
// Keeps one comment of a pull request up to date: the one that begins with the same hidden line is replaced.
import { readFileSync } from 'node:fs';

const PAGE_SIZE = 100;
const MOST_PAGES = 20;

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_REF, RC_GITHUB_TOKEN, RC_COMMENT_FILE } = process.env;
const api = GITHUB_API_URL || 'https://api.github.com';
const number = /^refs\/pull\/(\d+)\//.exec(GITHUB_REF ?? '')?.[1];

if (!number) {
  console.log('This job runs for no pull request: there is nothing to comment on.');
} else {
  const body = readFileSync(RC_COMMENT_FILE, 'utf8');
  const [marker] = body.split('\n', 1);
  const comments = `/repos/${GITHUB_REPOSITORY}/issues/${number}/comments`;
  const mine = await findOwn(comments, marker);
  const updated =
    mine === null ? null : await send('PATCH', `/repos/${GITHUB_REPOSITORY}/issues/comments/${mine}`, { body });
  // somebody else may have copied the hidden line: what is not ours cannot be replaced
  if (updated?.ok) console.log('The comment is up to date.');
  else await created(await send('POST', comments, { body }));
}

async function created(response) {
  if (response.ok) console.log('The comment is written.');
  else {
    console.log(
      `::warning::The comment could not be written (HTTP ${response.status}). Give the job "pull-requests: write".`,
    );
  }
}

/** The id of the first comment of a bot that begins with this line. */
async function findOwn(comments, marker) {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const response = await send('GET', `${comments}?per_page=${PAGE_SIZE}&page=${page}`);
    if (!response.ok) return null;
    const found = await response.json();
    const mine = found.find((one) => one.user?.type === 'Bot' && one.body?.split(/\r?\n/, 1)[0] === marker);
    if (mine) return mine.id;
    if (found.length < PAGE_SIZE) return null;
  }
  return null;
}

function send(method, path, value) {
  return fetch(`${api}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${RC_GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'user-agent': 'rollcall-action',
    },
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    signal: AbortSignal.timeout(30_000),
  });
}
