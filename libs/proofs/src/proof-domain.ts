const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** The last label has a letter: what has none is an IPv4 address in some spelling. */
const DOMAIN = new RegExp(`^(?=.{3,253}$)(?:${LABEL}\\.)+(?=[a-z0-9-]*[a-z])${LABEL}$`);

/** True for a lower-case ASCII domain with at least one dot; no IP address, no trailing dot, no port. */
export const isDomain = (text: string): boolean => DOMAIN.test(text);

/** `example.com` <-> `com.example`: the same function in both directions. */
export const reversed = (dotted: string): string => dotted.split('.').reverse().join('.');

/** The domain whose owner owns a namespace, or null when no domain can have it (upper case, underscores). */
export function domainOf(namespace: string): string | null {
  const domain = reversed(namespace);
  return isDomain(domain) ? domain : null;
}

/** The namespaces above one, nearest first: `com.acme.payments` has `com.acme`. A single label is nobody's namespace. */
export function parentsOf(namespace: string): string[] {
  const labels = namespace.split('.');
  return labels.slice(2).map((_label, index) => labels.slice(0, labels.length - 1 - index).join('.'));
}
