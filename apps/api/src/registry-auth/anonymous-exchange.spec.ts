import { describe, expect, it } from '@jest/globals';
import { ExchangeOffers, RegistryTokens } from '@rollcall/proofs';
import { seed } from '@rollcall/testing';
import { startApi } from '../../test/running-api.js';

describe('an exchange without a proof, where an operator allows it', () => {
  it('takes an empty body, and gives the anonymous namespace only', async () => {
    const api = await startApi({ proofs: { offers: new ExchangeOffers(null, true) } });
    try {
      const acme = await seed(api).organization('acme');
      await acme.team('sandbox');
      const none = () => api.fetch('/v0/auth/none', null, { method: 'POST' });
      expect((await none()).status).toBe(403);
      const ada = await acme.admin('ada');
      const input = { name: 'io.modelcontextprotocol.anonymous', team: 'sandbox' };
      const query = 'mutation ($input: NamespaceClaimInput!) { namespaceClaim(input: $input) { errors { code } } }';
      await api.query(await ada.token(), query, { input });
      const answer = await none();
      expect(answer.status).toBe(200);
      const { registry_token: token } = (await answer.json()) as { registry_token: string };
      expect(await api.get(RegistryTokens).verify(token)).toMatchObject({
        principal: { handle: 'none:anonymous' },
        serverNames: ['io.modelcontextprotocol.anonymous/*'],
      });
    } finally {
      await api.close();
    }
  });
});
