import { describe, expect, it } from '@jest/globals';
import { ecdsaPublisher, ed25519Publisher, mirrored } from '@rollcall/testing';
import { domainOf, isDomain, parentsOf, reversed } from './proof-domain.js';
import { fingerprint, momentOf, proofKeys, signingKey } from './proof-record.js';

const AT = '2026-11-20T12:00:00Z';
const signatureOf = (hex: string) => Buffer.from(hex, 'hex');
const found = (records: string[], hex: string, timestamp = AT) =>
  signingKey(proofKeys(records), { timestamp, signature: signatureOf(hex) });

describe('a proof record', () => {
  it.each([ed25519Publisher(), ecdsaPublisher()])('verifies what its key signed, and nothing else', (key) => {
    const signature = key.sign(AT);
    expect(found([key.record], signature)).not.toBeNull();
    expect(found([key.record], signature, '2026-11-20T12:00:01Z')).toBeNull();
    expect(found([key.record], ed25519Publisher().sign(AT))).toBeNull();
    expect(found([key.record], ecdsaPublisher().sign(AT))).toBeNull();
    expect(found([key.record], signature.slice(0, -2))).toBeNull();
    expect(found([key.record], `${signature}00`)).toBeNull();
  });

  it('is any one of several', () => {
    const [stale, current] = [ed25519Publisher(), ecdsaPublisher()];
    const texts = ['v=spf1 -all', stale.record, current.record];
    const key = found(texts, current.sign(AT));
    expect(key?.algorithm).toBe('ecdsap384');
    expect(key && fingerprint(key)).toMatch(/^ecdsap384:[0-9a-f]{16}$/);
  });

  it('of another curve or length is no key', () => {
    expect(proofKeys([ecdsaPublisher('secp521r1').record])).toEqual([]);
    const short = Buffer.alloc(31).toString('base64');
    const noPoint = Buffer.alloc(49, 0xff).toString('base64');
    expect(proofKeys([`v=MCPv1; k=ed25519; p=${short}`])).toEqual([]);
    expect(found([`v=MCPv1; k=ecdsap384; p=${noPoint}`], ecdsaPublisher().sign(AT))).toBeNull();
  });

  it.each([
    'k=ed25519; p=AAAA',
    'v=MCPv2; k=ed25519; p=AAAA',
    'v=MCPv1; k=rsa; p=AAAA',
    'x v=MCPv1; k=ed25519; p=AAAA',
    '',
  ])('is not %j', (text) => expect(proofKeys([text])).toEqual([]));

  it('takes both signatures of one ECDSA proof, which is why signatures are not what is remembered', () => {
    const key = ecdsaPublisher();
    const second = mirrored(key.sign(AT));
    expect(found([key.record], second)).not.toBeNull();
  });
});

describe('a timestamp', () => {
  it.each([AT, '2026-11-20T12:00:00.123456789Z', '2026-11-20T13:00:00+01:00'])('is %s', (text) =>
    expect(momentOf(text)?.toISOString()).toMatch(/^2026-11-20T12:00:00/),
  );
  it.each([
    '2026-11-20',
    '1795003200',
    '2026-11-20 12:00:00Z',
    '2026-13-20T12:00:00Z',
    '2026-11-20T12:00:00',
    ` ${AT}`,
  ])('is not %j', (text) => expect(momentOf(text)).toBeNull());
});

describe('a domain', () => {
  it.each(['example.com', 'a.b-c.example', 'xn--bcher-kva.example', '1.example'])('is %s', (text) =>
    expect(isDomain(text)).toBe(true),
  );
  it.each([
    'localhost',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    '[::1]',
    'example.com.',
    'example.com:443',
    'user@example.com',
    'example.com/x',
    'Example.com',
    '-a.com',
    'a..com',
    'bücher.example',
    '',
  ])('is not %j', (text) => expect(isDomain(text)).toBe(false));

  it('is the reverse of a namespace, and has parents', () => {
    expect(reversed('com.acme.payments')).toBe('payments.acme.com');
    expect(domainOf('com.acme.payments')).toBe('payments.acme.com');
    expect(domainOf('com.Acme')).toBeNull();
    expect(parentsOf('com.acme.payments.eu')).toEqual(['com.acme.payments', 'com.acme']);
    expect(parentsOf('com.acme')).toEqual([]);
  });
});
