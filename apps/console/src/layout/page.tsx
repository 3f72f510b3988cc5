import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';
import { SafeText } from '../display/safe-text.js';
import { usePageTitle } from './page-title.hook.js';

type PageProps = {
  /** The subject of the question this screen answers. */
  title: string;
  /** The answer, in words. */
  answer?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
};

/** One heading, the answer under it, then the evidence. A navigation moves the focus to the heading, as a page load would. */
export function Page({ title, answer, aside, children }: PageProps) {
  usePageTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const arrivedBy = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path is what must move the focus
  useEffect(() => {
    if (arrivedBy === 'PUSH') heading.current?.focus();
  }, [pathname]);

  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className="page-heading">
          <Title order={1} size="h2" ref={heading} tabIndex={-1} className="page-title">
            <SafeText text={title} />
          </Title>
          {answer !== undefined && (
            <Text component="div" c="dimmed" mt={4} role="status">
              {answer}
            </Text>
          )}
        </div>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}
