/** The cookies of a browser. Over TLS they carry the prefix that keeps other hosts of the domain from setting them. */
export type AuthCookie = 'session' | 'sign-in';

/** The header in which a page of ours sends the word that goes with its cookie. */
export const WORD_HEADER = 'x-rollcall-word';

const NAMES = { session: 'rollcall', 'sign-in': 'rollcall-sign-in' } as const;

const nameOf = (cookie: AuthCookie, secure: boolean): string => `${secure ? '__Host-' : ''}${NAMES[cookie]}`;

/** `Set-Cookie` for a secret that no script can read and no other site's request but a link carries. */
export function setCookie(cookie: AuthCookie, value: string, options: { secure: boolean; expires: Date }): string {
  const attributes = ['Path=/', `Expires=${options.expires.toUTCString()}`, 'HttpOnly', 'SameSite=Lax'];
  if (options.secure) attributes.push('Secure');
  // our secrets are base64url: nothing has to be escaped
  return [`${nameOf(cookie, options.secure)}=${value}`, ...attributes].join('; ');
}

/** `Set-Cookie` that takes it away. */
export const clearCookie = (cookie: AuthCookie, secure: boolean): string =>
  setCookie(cookie, '', { secure, expires: new Date(0) });

/** The cookie's value; undefined when the browser sent none. Of two with the same name the first counts (RFC 6265, 5.4). */
export function readCookie(cookie: AuthCookie, header: string | undefined, secure: boolean): string | undefined {
  if (header === undefined || header.length > 16_384) return undefined;
  const start = `${nameOf(cookie, secure)}=`;
  const pair = header.split(';').find((one) => one.trimStart().startsWith(start));
  return pair?.trim().slice(start.length);
}
