import { failed, type ProofStrategy, proven, unknown } from './package-proof.js';

/** `mcpName` in the package.json of exactly this version. */
export const npmProof: ProofStrategy = {
  type: 'npm',
  timeoutMs: 10_000,
  async conclude(pack, serverName, source) {
    if (pack.version === null) return failed('An npm package needs its version.', 'version');
    if (pack.definition['fileSha256'] !== undefined) return failed('An npm package has no fileSha256.', 'fileSha256');
    const registry = source.registry(pack.definition['registryBaseUrl']);
    if (!registry) return failed('This npm registry is not on the list of the operator.', 'registryBaseUrl');
    const name = pack.identifier.replace('/', '%2F');
    if (!/^(?:@[a-z0-9._~-]+%2F)?[a-z0-9._~-]+$/i.test(name)) return failed('This is not the name of an npm package.');
    const document = await source.json(registry, `${registry.url}${name}/${encodeURIComponent(pack.version)}`);
    if (!document) return unknown(`The registry does not know ${pack.identifier} ${pack.version}.`);
    if (document['mcpName'] === serverName) return proven('package.json names this server.');
    return failed(`package.json of ${pack.identifier} ${pack.version} must contain "mcpName": "${serverName}".`);
  },
};
