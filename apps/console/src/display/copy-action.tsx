import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';

/** Copies `value` whole; says whether it worked, to eyes and to a screen reader. */
export function CopyAction({ value, what }: { value: string; what: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  const icon =
    clipboard.error !== null ? (
      <IconX size={14} />
    ) : clipboard.copied ? (
      <IconCheck size={14} />
    ) : (
      <IconCopy size={14} />
    );
  const label =
    clipboard.error !== null ? `Could not copy ${what}` : clipboard.copied ? `Copied ${what}` : `Copy ${what}`;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      title={label}
      onClick={() => clipboard.copy(value)}
      className="copy"
    >
      {icon}
    </ActionIcon>
  );
}
