import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { CommandLine } from './command-line.js';

/** Nothing to show is a moment to teach: why, and the command that changes it. */
export function EmptyState({
  title,
  command,
  children,
}: {
  title: string;
  command?: readonly string[];
  children: ReactNode;
}) {
  return (
    <div className="empty">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text component="div" c="dimmed" mt={4}>
        {children}
      </Text>
      {command !== undefined && <CommandLine words={command} />}
    </div>
  );
}
