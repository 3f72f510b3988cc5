import { failed, type ProofStrategy, proven } from './package-proof.js';

/**
 * A release file at an allowed place, with its digest. Nothing is fetched: whoever may attach files to a release of that
 * repository is its owner, so the operator lists repositories or groups, not whole hosts.
 */
export const mcpbProof: ProofStrategy = {
  type: 'mcpb',
  timeoutMs: 10_000,
  async conclude(pack, _serverName, source) {
    const url = URL.canParse(pack.identifier) ? new URL(pack.identifier) : null;
    if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
      return failed('An mcpb package is named by an https URL.');
    }
    if (!/mcp/i.test(url.href)) return failed('The URL of an mcpb package contains "mcp".');
    if (!/^[a-f0-9]{64}$/.test(String(pack.definition['fileSha256'] ?? ''))) {
      return failed('An mcpb package needs the SHA-256 of its file.', 'fileSha256');
    }
    // compared after parsing: dot segments and upper-case hosts are gone by then
    if (/%2e|%2f|%5c/i.test(url.pathname) || !source.registries.some((one) => url.href.startsWith(one.url))) {
      return failed('This place is not on the list of the operator.');
    }
    if (!/\/releases\//.test(url.pathname)) return failed('The URL is not that of a file of a release.');
    return proven('The file is attached to a release at a place the operator allows.');
  },
};
