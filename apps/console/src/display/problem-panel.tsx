import { Button, Code, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Problem } from './problem.js';
import { SafeText } from './safe-text.js';

/** A failure with its code and the next step; announced at once. */
export function ProblemPanel({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div role="alert" className="problem">
      <IconAlertTriangle size={20} aria-hidden className="problem-icon" />
      <div>
        <Text fw={600}>
          <SafeText text={problem.message} />
        </Text>
        <Text size="sm" mt={2}>
          <SafeText text={problem.nextStep} />
        </Text>
        <Text size="sm" mt={6}>
          <Code>{problem.code}</Code>
          {problem.requestId !== null && (
            <>
              {' '}
              request <Code>{problem.requestId}</Code>
            </>
          )}
        </Text>
        {onRetry !== undefined && (
          <Button mt="sm" size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
