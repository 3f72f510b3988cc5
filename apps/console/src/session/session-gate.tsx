import { Center, Loader } from '@mantine/core';
import { ConsoleViewerDocument, type ConsoleViewerQuery } from '@rollcall/schema';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { type Client, Provider } from 'urql';
import { type Problem, problemOf } from '../display/problem.js';
import { createGraphqlClient } from './graphql.client.js';
import { SessionContext } from './session.hook.js';
import { tokenStore } from './session-token.js';
import { SignInPage } from './sign-in.page.js';

type Phase =
  | { kind: 'signed_out'; problem: Problem | null; notice: string | null }
  | { kind: 'asking'; fromForm: boolean }
  | { kind: 'signed_in'; client: Client; viewer: ConsoleViewerQuery['viewer'] };

const signedOut = (notice: string | null = null): Phase => ({ kind: 'signed_out', problem: null, notice });

/** Nothing of the console renders before the api has said who the token belongs to. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [phase, setPhase] = useState<Phase>(() =>
    tokenStore.read() === null ? signedOut() : { kind: 'asking', fromForm: false },
  );

  const leave = useCallback((notice: string | null) => {
    tokenStore.forget();
    setPhase(signedOut(notice));
  }, []);

  const enter = useCallback(
    async (token: string) => {
      const asking = createGraphqlClient(token, () => undefined);
      const answer = await asking.query(ConsoleViewerDocument, {}, { requestPolicy: 'network-only' }).toPromise();
      if (answer.error !== undefined || answer.data === undefined) {
        const problem = problemOf(answer.error);
        if (problem.code === 'UNAUTHENTICATED') tokenStore.forget();
        setPhase({ kind: 'signed_out', problem, notice: null });
        return;
      }
      tokenStore.keep(token);
      const client = createGraphqlClient(token, () => leave('The api no longer accepts this token. Sign in again.'));
      setPhase({ kind: 'signed_in', client, viewer: answer.data.viewer });
    },
    [leave],
  );

  useEffect(() => {
    const token = tokenStore.read();
    if (token !== null) void enter(token);
  }, [enter]);

  const session = useMemo(
    () => (phase.kind === 'signed_in' ? { viewer: phase.viewer, signOut: () => leave(null) } : null),
    [phase, leave],
  );

  if (phase.kind === 'signed_in' && session !== null) {
    return (
      <Provider value={phase.client}>
        <SessionContext value={session}>{children}</SessionContext>
      </Provider>
    );
  }
  if (phase.kind === 'asking' && !phase.fromForm) {
    return (
      <Center mih="100vh" aria-busy="true">
        <Loader aria-label="Signing in" />
      </Center>
    );
  }
  return (
    <SignInPage
      busy={phase.kind === 'asking'}
      problem={phase.kind === 'signed_out' ? phase.problem : null}
      notice={phase.kind === 'signed_out' ? phase.notice : null}
      onSubmit={(token) => {
        setPhase({ kind: 'asking', fromForm: true });
        void enter(token);
      }}
    />
  );
}
