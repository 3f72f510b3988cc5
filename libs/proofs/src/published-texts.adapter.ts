import { Injectable } from '@nestjs/common';
import { DownloadFailed, guardedDownload } from '@rollcall/mcp-client';
import { ProofNetwork } from './proof-network.js';

/** What a domain publishes, line by line, or why it could not be read: one sentence for a person. */
export type Published = { texts: string[] } | { trouble: string };

const HTTP_TIMEOUT_MS = 10_000;
const MAX_BYTES = 4_096;

/** Reads what only the owner of a domain can publish: TXT records of the name itself, or a well-known document. */
@Injectable()
export class PublishedTexts {
  constructor(private readonly network: ProofNetwork) {}

  /** TXT records at the domain itself. */
  async dns(domain: string): Promise<Published> {
    const texts = await this.network.texts(domain);
    return texts === null ? { trouble: `The DNS servers did not answer for ${domain}.` } : { texts };
  }

  /** The lines of `https://{domain}/.well-known/{name}`: at most 4096 bytes, no redirects, 10 s. */
  async wellKnown(domain: string, name: string): Promise<Published> {
    const { policy, ca, httpsPort = 443 } = this.network.settings;
    const url = `https://${domain}${httpsPort === 443 ? '' : `:${httpsPort}`}/.well-known/${name}`;
    try {
      const answer = await guardedDownload(url, {
        network: policy,
        timeoutMs: HTTP_TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        resolve: this.network.resolve,
        ...(ca === undefined ? {} : { ca }),
      });
      if (answer.status !== 200)
        return { trouble: `${url} answers HTTP ${answer.status}; redirects are not followed.` };
      return { texts: Buffer.from(answer.body).toString('utf8').split(/\r?\n/) };
    } catch (error) {
      if (error instanceof DownloadFailed) return { trouble: error.message };
      throw error;
    }
  }
}
