import { parseTrustState, type TrustState } from '@rollcall/bundle';
import { DurableFolder } from './durable-file.js';

/** A bundle with the timestamp it was accepted under, as bytes; nothing on disk is believed before it is verified again. */
export type StoredPair = { timestamp: Uint8Array; bundle: Uint8Array };

/** What a gateway remembers across restarts. */
export type StoredState = {
  trust: { state: 'present'; value: TrustState } | { state: 'absent' } | { state: 'damaged'; message: string };
  pair: StoredPair | null;
  /** The newest accepted timestamp: its kill list can be newer than the pair's. */
  newest: Uint8Array | null;
  /** Roots after the pinned one, oldest first. */
  roots: Uint8Array[];
};

const FILES = { trust: 'trust.json', timestamp: 'timestamp.json', newest: 'newest-timestamp.json' };
const BUNDLE_FILE = /^bundle-[0-9a-f]{64}\.json$/;

/** The state folder of one gateway. Every write is durable when it returns. */
export class TrustStore {
  readonly #folder: DurableFolder;

  constructor(path: string) {
    this.#folder = new DurableFolder(path);
  }

  /** Reads everything; makes the folder when it is new. */
  async load(pinnedRootVersion: number): Promise<StoredState> {
    await this.#folder.prepare();
    const [trust, timestamp, newest] = await Promise.all([
      this.#folder.read(FILES.trust),
      this.#folder.read(FILES.timestamp),
      this.#folder.read(FILES.newest),
    ]);
    const bundle = await this.#bundleNamedBy(timestamp);
    return {
      trust: readTrust(trust),
      pair: timestamp === null || bundle === null ? null : { timestamp, bundle },
      newest,
      roots: await this.#rootsAfter(pinnedRootVersion),
    };
  }

  /** A stored bundle by its digest. */
  bundle(sha256: string): Promise<Uint8Array | null> {
    return this.#folder.read(`bundle-${sha256}.json`);
  }

  /** Keeps a verified root. */
  saveRoot(version: number, bytes: Uint8Array): Promise<void> {
    return this.#folder.write(`root-${version}.json`, bytes);
  }

  /** Keeps a newer kill list: to be called before the list is applied. */
  async savePointer(newest: Uint8Array, trust: TrustState): Promise<void> {
    await this.#folder.write(FILES.newest, newest);
    await this.#saveTrust(trust);
  }

  /**
   * Keeps an accepted update: to be called before it is activated. The trust state goes last: a crash before it leaves a
   * newer pair under an older memory, which verifies as an update; the other order would leave a memory without its bundle.
   */
  async saveUpdate(pair: StoredPair, trust: TrustState): Promise<void> {
    const name = `bundle-${trust.bundleSha256}.json`;
    await this.#folder.write(name, pair.bundle);
    await this.#folder.write(FILES.timestamp, pair.timestamp);
    await this.#folder.write(FILES.newest, pair.timestamp);
    await this.#saveTrust(trust);
    const old = (await this.#folder.list()).filter((file) => BUNDLE_FILE.test(file) && file !== name);
    for (const file of old) await this.#folder.remove(file);
  }

  #saveTrust(trust: TrustState): Promise<void> {
    return this.#folder.write(FILES.trust, Buffer.from(JSON.stringify(trust)));
  }

  /** The bundle a stored timestamp names. Read without trust, only to find the file: both are verified together later. */
  async #bundleNamedBy(timestamp: Uint8Array | null): Promise<Uint8Array | null> {
    if (timestamp === null) return null;
    for (const file of await this.#folder.list()) {
      const sha256 = BUNDLE_FILE.test(file) ? file.slice(7, -5) : null;
      if (sha256 !== null && namesBundle(timestamp, sha256)) return this.#folder.read(file);
    }
    return null;
  }

  async #rootsAfter(version: number): Promise<Uint8Array[]> {
    const roots: Uint8Array[] = [];
    for (let next = version + 1; ; next++) {
      const bytes = await this.#folder.read(`root-${next}.json`);
      if (bytes === null) return roots;
      roots.push(bytes);
    }
  }
}

function namesBundle(timestamp: Uint8Array, sha256: string): boolean {
  const payload = /"payload":"([A-Za-z0-9+/=]+)"/.exec(Buffer.from(timestamp).toString('latin1'))?.[1];
  return payload !== undefined && Buffer.from(payload, 'base64').includes(sha256);
}

function readTrust(bytes: Uint8Array | null): StoredState['trust'] {
  if (bytes === null) return { state: 'absent' };
  const parsed = parseTrustState(bytes);
  return parsed.ok ? { state: 'present', value: parsed.value } : { state: 'damaged', message: parsed.error.message };
}
