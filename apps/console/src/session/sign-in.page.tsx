import { Button, Code, Divider, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Problem } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { Brand } from '../layout/brand.js';
import { usePageTitle } from '../layout/page-title.hook.js';
import { signInAddress } from './browser-session.js';

type SignInPageProps = {
  busy: boolean;
  /** Whether the organization's identity provider can be asked. */
  provider: boolean;
  problem: Problem | null;
  notice: string | null;
  onSubmit: (token: string) => void;
};

/** A header can carry only visible ASCII: anything else is refused here instead of as a puzzling network error. */
const sendable = /^[\x21-\x7e]+$/;

export function SignInPage({ busy, provider, problem, notice, onSubmit }: SignInPageProps) {
  usePageTitle('Sign in');
  return (
    <main className="sign-in">
      <Paper withBorder p="xl" radius="md" className="sign-in-card">
        <Stack gap="lg">
          <Brand />
          <Title order={1} size="h2">
            Sign in
          </Title>
          {notice !== null && (
            <Text role="status" fw={500}>
              {notice}
            </Text>
          )}
          {problem !== null && <ProblemPanel problem={problem} />}
          {provider && (
            <>
              <Button
                component="a"
                href={signInAddress(window.location)}
                leftSection={<IconLogin2 size={18} aria-hidden />}
              >
                Sign in with your organization
              </Button>
              <Divider label="or with an API token" />
            </>
          )}
          <TokenForm busy={busy} secondary={provider} onSubmit={onSubmit} />
          {!provider && (
            <Text size="sm" c="dimmed">
              No token yet? <Code>npm run up</Code> prints the demo tokens and writes them to{' '}
              <Code>.rollcall/runtime.json</Code>.
            </Text>
          )}
        </Stack>
      </Paper>
    </main>
  );
}

type TokenFormProps = { busy: boolean; secondary: boolean; onSubmit: (token: string) => void };

function TokenForm({ busy, secondary, onSubmit }: TokenFormProps) {
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string | null>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pasted = token.trim();
    if (pasted === '') return setFault('Paste a token first.');
    if (!sendable.test(pasted)) return setFault('A token has no spaces or special characters. Copy it again, whole.');
    setFault(null);
    onSubmit(pasted);
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label="API token"
          description="It stays in this tab and is forgotten when the tab closes."
          name="token"
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus={!secondary}
          value={token}
          error={fault}
          onChange={(event) => setToken(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the token', tabIndex: 0 }}
        />
        <Button type="submit" loading={busy} variant={secondary ? 'default' : 'filled'}>
          {secondary ? 'Sign in with the token' : 'Sign in'}
        </Button>
      </Stack>
    </form>
  );
}
