const key = 'rollcall.token';

/** The API token lives in this tab's session storage and nowhere else: closing the tab forgets it. */
export const tokenStore = {
  read: (): string | null => window.sessionStorage.getItem(key),
  keep: (token: string): void => window.sessionStorage.setItem(key, token),
  /** Everything of whoever was signed in, what was typed into GraphiQL too. */
  forget: (): void => window.sessionStorage.clear(),
};
