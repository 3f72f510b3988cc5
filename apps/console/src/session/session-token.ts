const key = 'rollcall.token';

/** The API token lives in this tab's session storage and nowhere else: closing the tab forgets it. */
export const tokenStore = {
  read: (): string | null => window.sessionStorage.getItem(key),
  keep: (token: string): void => window.sessionStorage.setItem(key, token),
  forget: (): void => window.sessionStorage.removeItem(key),
};
