import type { TablerIcon } from '@tabler/icons-react';

/** Five tones with measured contrast in both themes. A tone never stands alone: there is always an icon and a word. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'mute';

export type Look = { icon: TablerIcon; word: string; tone: Tone };

type MarkProps = Look & { detail?: string; soft?: boolean };

/** Status as icon + word + colour. `soft` draws no box, for running text; `detail` shows on hover. */
export function Mark({ icon: Icon, word, tone, detail, soft = false }: MarkProps) {
  return (
    <span className={soft ? 'mark mark-soft' : 'mark'} data-tone={tone} title={detail}>
      <Icon size={15} stroke={2} aria-hidden />
      <span>{word}</span>
    </span>
  );
}
