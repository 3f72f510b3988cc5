/** How this page says who is asking: a pasted token, or the word that goes with the session cookie. */
export type Credentials = { kind: 'token'; token: string } | { kind: 'session'; word: string };

/** What every request carries. The cookie itself is out of reach for scripts; the browser adds it. */
export function requestOptions(credentials: Credentials): {
  headers: Record<string, string>;
  credentials: RequestCredentials;
} {
  return credentials.kind === 'token'
    ? { headers: { authorization: `Bearer ${credentials.token}` }, credentials: 'omit' }
    : { headers: { 'x-rollcall-word': credentials.word }, credentials: 'same-origin' };
}

/** The same for a websocket, which takes no headers from a page: it goes into the first message. */
export function connectionParams(credentials: Credentials): Record<string, string> {
  return credentials.kind === 'token' ? { authorization: `Bearer ${credentials.token}` } : { word: credentials.word };
}
