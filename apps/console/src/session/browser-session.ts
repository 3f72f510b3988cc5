/** Whether there is a provider to sign in with, and the word of this browser's session when there is one. */
export type BrowserSession = { provider: boolean; word: string | null };

const none: BrowserSession = { provider: false, word: null };

/** Asked with every page load. An api that does not answer has no session: what follows will say that it is away. */
export async function readSession(): Promise<BrowserSession> {
  try {
    const response = await fetch('/auth/session', { credentials: 'same-origin', cache: 'no-store' });
    if (!response.ok) return none;
    const { provider, word } = (await response.json()) as Partial<BrowserSession>;
    return { provider: provider === true, word: typeof word === 'string' ? word : null };
  } catch {
    return none;
  }
}

/** Ends this session, or every session of its user. False when the api did not confirm it. */
export async function endSession(word: string, everywhere: boolean): Promise<boolean> {
  try {
    const response = await fetch('/auth/sign-out', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'x-rollcall-word': word, 'content-type': 'application/json' },
      body: JSON.stringify({ everywhere }),
    });
    // 401: it was over already
    return response.ok || response.status === 401;
  } catch {
    return false;
  }
}

/** Where the browser begins to sign in; it comes back to the page it is on. */
export function signInAddress({ pathname, search }: { pathname: string; search: string }): string {
  const here = pathname === '/sign-in' ? '/' : `${pathname}${search}`;
  return `/auth/sign-in?${new URLSearchParams({ returnTo: here })}`;
}
