const COMPARATOR = /^\s*(?:\^|~|>=|<=|>|<|=)\s*v?\d/;
const HYPHEN_RANGE = /^\s*v?\d[\w.+-]*\s+-\s+v?\d/;
const WILDCARD = /^\s*v?(?:\d+\.)*[xX*](?:\.(?:\d+|[xX*]))*\s*$/;

/** False for `latest` and for anything a package manager would resolve: comparators, hyphen ranges, `||`, wildcards. */
export function isExactVersion(version: string): boolean {
  const ranges = [COMPARATOR, HYPHEN_RANGE, WILDCARD];
  return version.trim() !== 'latest' && !version.includes('||') && !ranges.some((range) => range.test(version));
}

/** The names in curly braces, in order. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
}

/** An absolute URL, or null. */
export function urlOf(text: string): URL | null {
  return !/\s/.test(text) && URL.canParse(text) ? new URL(text) : null;
}

/** True for localhost, its subdomains (RFC 6761) and loopback addresses, as the URL parser writes them. */
export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d+){3}$/.test(hostname)
  );
}
