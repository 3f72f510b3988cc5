export { type DnsZone, type RunningDnsServer, startDnsServer } from './dns-server.js';
export { startHttpsServer } from './https-host.js';
export { ecdsaPublisher, ed25519Publisher, mirrored, type PublisherKey } from './publisher-keys.js';
export { type CertificateAuthority, certificateAuthority } from './test-certificates.js';
