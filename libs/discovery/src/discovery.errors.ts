import { Refusal } from '@rollcall/kernel';

export function invalidCursor(): Refusal {
  return new Refusal({
    code: 'INVALID_CURSOR',
    message: 'The cursor is not one that this list gave out.',
    nextStep: 'Start again without "after".',
    path: ['after'],
  });
}

/** A search has a time limit of its own: the database is there for everybody. */
export function searchTooBroad(): Refusal {
  return new Refusal({
    code: 'SEARCH_TOO_BROAD',
    message: 'The search took longer than it may.',
    nextStep: 'Use longer words, or add a filter such as a team or a state.',
    path: ['where'],
  });
}

export function noSuchTool(server: string, version: string, tool: string): Refusal {
  return new Refusal({
    code: 'NOT_FOUND',
    message: `${server}@${version} offers no tool "${tool}" that is known here.`,
    nextStep: 'Ask for the tools of the server; a version that was not inspected yet has none.',
    path: ['tool'],
  });
}
