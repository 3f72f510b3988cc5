/** The `code` of a system error (`ENOENT`, ...), empty for everything else. Not by `instanceof`: realms differ under test. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
