import { CopyAction } from './copy-action.js';
import { SafeText } from './safe-text.js';
import { shellWord } from './shell-word.js';

/** A `rollcall` command to run, with a button that copies it. */
export function CommandLine({ words }: { words: readonly string[] }) {
  const command = ['npx', 'rollcall', ...words].map(shellWord).join(' ');
  return (
    <div className="command">
      <code>
        <SafeText text={command} />
      </code>
      <CopyAction value={command} what="command" />
    </div>
  );
}
