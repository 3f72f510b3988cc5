import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** An authority of one test run, and certificates from it. Everything is PEM; nothing is trusted anywhere else. */
export type CertificateAuthority = {
  ca: string;
  /** A server certificate for these names. */
  issue(names: readonly string[]): { key: string; cert: string };
};

/** Makes one: certificates must be made by hand, as Node only reads them. DER as in X.690, X.509 v3 as in RFC 5280. */
export function certificateAuthority(): CertificateAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const constraints = extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.from([0xff]))), true);
  const issuer = { name: nameOf('test authority'), key: privateKey };
  return {
    ca: certificate(issuer, { name: issuer.name, publicKey, extensions: [constraints] }),
    issue(names) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternatives = names.map((name) => der(0x82, Buffer.from(name)));
      const extensions = [extension([0x55, 0x1d, 0x11], sequence(...alternatives))];
      const subject = { name: nameOf(names[0] ?? 'server'), publicKey: pair.publicKey, extensions };
      return { key: pem('PRIVATE KEY', pkcs8(pair.privateKey)), cert: certificate(issuer, subject) };
    },
  };
}

type Issuer = { name: Buffer; key: KeyObject };
type Subject = { name: Buffer; publicKey: KeyObject; extensions: Buffer[] };

function certificate(issuer: Issuer, subject: Subject): string {
  const algorithm = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
  const time = (text: string) => der(0x18, Buffer.from(text));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    issuer.name,
    sequence(time('20200101000000Z'), time('21200101000000Z')),
    subject.name,
    subject.publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...subject.extensions)),
  );
  const signature = sign('sha256', body, issuer.key);
  return pem('CERTIFICATE', sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid([0x55, 0x04, 0x03]), der(0x0c, Buffer.from(text)))));

function extension(id: number[], value: Buffer, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

const oid = (bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));
const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' });

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
