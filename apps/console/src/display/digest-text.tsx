import { CopyAction } from './copy-action.js';

/** A digest short enough to read and compare, copyable whole. */
export function DigestText({ digest, what }: { digest: string; what: string }) {
  const [algorithm, hex] = digest.includes(':') ? digest.split(':', 2) : [null, digest];
  const short =
    hex === undefined || hex.length <= 16 ? digest : `${algorithm === null ? '' : `${algorithm}:`}${hex.slice(0, 12)}…`;
  return (
    <span className="digest">
      <code title={digest}>{short}</code>
      <CopyAction value={digest} what={what} />
    </span>
  );
}
