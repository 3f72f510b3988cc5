/** Where the registry API can be: alone, below an organization's base URL, below an unguessable catalogue path. */
const BASE = String.raw`(?:\/o\/[^/?]+|\/catalogue\/[^/?]+)?`;
const ROUTE = new RegExp(`^${BASE}\\/v0(?:\\.1)?(?:[/?]|$)`);
const CATALOGUE = /^\/catalogue\//;
const PLAIN_NAME = String.raw`([A-Za-z0-9._-]+)\/([A-Za-z0-9._-]+)`;
const DECODED_SLASH = new RegExp(
  String.raw`^(${BASE}\/v0(?:\.1)?\/servers)\/${PLAIN_NAME}(\/(?:versions|status)(?=[/?]|$)[^?]*)(\?.*)?$`,
);
const DECODED_SLASH_OF_OURS = new RegExp(
  String.raw`^(${BASE}\/v0(?:\.1)?\/x\/dev\.rollcall\/servers)\/${PLAIN_NAME}(\/?)(\?.*)?$`,
);

/** Prefixes of controllers that need to know who calls. */
export const MEMBER_PREFIXES = ['v0.1', 'v0', 'o/:organization/v0.1', 'o/:organization/v0'];

/** Prefixes of the redacted catalogue. */
export const CATALOGUE_PREFIXES = ['catalogue/:key/v0.1', 'catalogue/:key/v0'];

/** True for every address of the registry API. */
export const isRegistryPath = (url: string): boolean => ROUTE.test(url);

/** True below a catalogue path, where nothing may tell a wrong key from a wrong address. */
export const isCataloguePath = (url: string): boolean => CATALOGUE.test(url);

/**
 * Some proxies decode `%2F`. A server name has exactly one slash, so two plain segments in the place of a name are one: it
 * is encoded again before routing.
 */
export function encodeServerName(url: string): string {
  const encode = (_all: string, start: string, space: string, name: string, rest = '', query = '') =>
    `${start}/${space}%2F${name}${rest}${query}`;
  return url.replace(DECODED_SLASH, encode).replace(DECODED_SLASH_OF_OURS, encode);
}

/** The `/v0.1` address that an unknown one probably meant; null when it is none of ours or has the right prefix already. */
export function suggestedPath(url: string): string | null {
  const path = url.split('?')[0] ?? '';
  if (isCataloguePath(path)) return null;
  if (/^\/v0(?=\/|$)/.test(path)) return path.replace(/^\/v0/, '/v0.1');
  return /^\/(servers|publish|validate|health|ping|version)(\/|$)/.test(path) ? `/v0.1${path}` : null;
}
