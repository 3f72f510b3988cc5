import type { Clock } from './clock.js';

/** Every kind of id has a short prefix, so that an id in a log says what it names. */
export type IdPrefix =
  | 'org'
  | 'team'
  | 'prn'
  | 'tok'
  | 'ns'
  | 'srv'
  | 'ver'
  | 'env'
  | 'ept'
  | 'ins'
  | 'chk'
  | 'trn'
  | 'exc'
  | 'agt'
  | 'grt'
  | 'gw'
  | 'bdl'
  | 'evt'
  | 'aud'
  | 'req'
  | 'boot'
  | 'ses'
  | 'sgn'
  | 'fed'
  | 'trf'
  | 'bgr'
  | 'apv'
  | 'whk'
  | 'dlv'
  | 'ntc'
  | 'mir'
  | 'imp'
  | 'prb'
  | 'drf'
  | 'rst'
  | 'rex'
  | 'cap'
  | 'exp'
  | 'gld'
  | 'gru'
  | 'gpm'
  | 'cfr'
  | 'slo';

/** Makes ids: `{prefix}_{ULID}`, sortable by creation time, 26 Crockford base32 characters after the prefix. */
export type Ids = { next(prefix: IdPrefix): string };

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** ULIDs from a clock and the platform's cryptographic randomness; monotonic within a millisecond in one process. */
export function ulidIds(clock: Clock, random: () => Uint8Array = randomBytes10): Ids {
  let lastTime = -1;
  let lastTail: number[] = [];
  return {
    next(prefix) {
      const time = clock.now().getTime();
      lastTail = time === lastTime ? increment(lastTail) : base32Digits(random());
      lastTime = time;
      return `${prefix}_${encodeTime(time)}${lastTail.map((digit) => ALPHABET[digit]).join('')}`;
    },
  };
}

function randomBytes10(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(10));
}

function encodeTime(time: number): string {
  let rest = time;
  let out = '';
  for (let i = 0; i < 10; i++) {
    out = ALPHABET[rest % 32] + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

function base32Digits(bytes: Uint8Array): number[] {
  const digits: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      digits.push((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  return digits;
}

function increment(digits: number[]): number[] {
  const next = [...digits];
  for (let i = next.length - 1; i >= 0; i--) {
    const digit = next[i] ?? 0;
    if (digit < 31) {
      next[i] = digit + 1;
      return next;
    }
    next[i] = 0;
  }
  return next;
}
