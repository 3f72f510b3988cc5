import { isIP } from 'node:net';
import { z } from 'zod';
import { parseDuration } from './duration.js';

/** The shapes of single values. Messages never repeat the value: it may be a secret. */

const parsesAs = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

export const postgresUrl = z
  .string()
  .refine(
    (text) => parsesAs(text, ['postgres:', 'postgresql:']),
    'must be a URL like postgresql://user:password@host:5432/database',
  );

export const redisUrl = z
  .string()
  .refine((text) => parsesAs(text, ['redis:', 'rediss:']), 'must be a URL like redis://host:6379');

export const httpUrl = z
  .string()
  .refine((text) => parsesAs(text, ['http:', 'https:']), 'must be a URL that begins with http:// or https://')
  .transform((text) => text.replace(/\/+$/, ''));

export const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port number from 0 to 65535');

export const host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address');

export const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens, at most 63');

export const filePath = z.string().max(4096);

export const secret = z.string().min(8, 'must have at least 8 characters').max(4096);

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  error: 'must be one of fatal, error, warn, info, debug, trace, silent',
});

export const unknownUsers = z.enum(['refuse', 'create'], { error: 'must be refuse or create' });

export const clockOffset = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && Math.abs(ms) <= 100 * 365 * 86_400_000) return ms;
  context.addIssue({
    code: 'custom',
    message: 'must be an ISO 8601 duration such as P31D or PT1H, or milliseconds, at most 100 years',
  });
  return z.NEVER;
});

/** Comma-separated, spaces ignored, empty items dropped; every item must pass. */
function list(passes: (item: string) => boolean, message: string) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(passes), message);
}

export const origins = list(
  (item) => parsesAs(item, ['http:', 'https:']) && new URL(item).origin === item,
  'must be a comma-separated list of origins such as https://console.example.com (no path, no wildcard)',
);

export const hosts = list(
  (item) => /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(item),
  'must be a comma-separated list of host names, each with an optional port (no wildcard)',
);

export const networks = list(isCidr, 'must be a comma-separated list of CIDR networks such as 10.0.0.0/8 or fd00::/8');

export const dnsServers = list(
  isServerAddress,
  'must be a comma-separated list of IP addresses with an optional port, such as 10.0.0.53 or [fd00::53]:5353',
);

function isServerAddress(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return isIP(text) === 6 || (bracketed === undefined ? isIP(plain ?? '') === 4 : isIP(bracketed) === 6);
}

/** JSON as it is, or the path of a file with it; what is in it is the reader's to judge. */
export const jsonOrFile = z.string().max(65_536);

export const allowOrRefuse = z.enum(['allow', 'refuse'], { error: 'must be allow or refuse' });

function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}
