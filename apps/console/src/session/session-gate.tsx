import { Center, Loader } from '@mantine/core';
import { ConsoleViewerDocument } from '@rollcall/schema';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { Provider } from 'urql';
import { type Problem, problemOf } from '../display/problem.js';
import { LiveContext } from '../live/live.hook.js';
import { LiveChanges } from '../live/live-changes.js';
import { endSession, readSession } from './browser-session.js';
import type { Credentials } from './credentials.js';
import { createGraphqlClient } from './graphql.client.js';
import { refusedSignIn } from './refused-sign-in.js';
import { type Session, SessionContext } from './session.hook.js';
import { tokenStore } from './session-token.js';
import { SignInPage } from './sign-in.page.js';

type Phase =
  | { kind: 'signed_out'; problem: Problem | null; notice: string | null }
  | { kind: 'asking'; fromForm: boolean }
  | { kind: 'signed_in'; credentials: Credentials; viewer: Session['viewer'] };

const signedOut = (notice: string | null = null): Phase => ({ kind: 'signed_out', problem: null, notice });

const rejected = {
  token: 'The api no longer accepts this token. Sign in again.',
  session: 'Your session is over. Sign in again.',
};

/** Nothing of the console renders before the api has said who is asking: by session, else by the token of this tab. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [phase, setPhase] = useState<Phase>({ kind: 'asking', fromForm: false });
  const [provider, setProvider] = useState(false);

  const leave = useCallback((notice: string | null) => {
    tokenStore.forget();
    setPhase(signedOut(notice));
  }, []);

  const enter = useCallback(async (credentials: Credentials) => {
    const asking = createGraphqlClient(credentials, () => undefined);
    const answer = await asking.query(ConsoleViewerDocument, {}, { requestPolicy: 'network-only' }).toPromise();
    if (answer.error !== undefined || answer.data === undefined) {
      const problem = problemOf(answer.error);
      if (problem.code === 'UNAUTHENTICATED') tokenStore.forget();
      setPhase({ kind: 'signed_out', problem, notice: null });
      return;
    }
    if (credentials.kind === 'token') tokenStore.keep(credentials.token);
    setPhase({ kind: 'signed_in', credentials, viewer: answer.data.viewer });
  }, []);

  useEffect(() => {
    void readSession().then((session) => {
      setProvider(session.provider);
      const token = tokenStore.read();
      if (session.word !== null) return enter({ kind: 'session', word: session.word });
      if (token !== null) return enter({ kind: 'token', token });
      return setPhase({ kind: 'signed_out', problem: refusedSignIn(window.location.search), notice: null });
    });
  }, [enter]);

  if (phase.kind === 'signed_in') {
    return (
      <SignedIn credentials={phase.credentials} viewer={phase.viewer} leave={leave}>
        {children}
      </SignedIn>
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
      provider={provider}
      problem={phase.kind === 'signed_out' ? phase.problem : null}
      notice={phase.kind === 'signed_out' ? phase.notice : null}
      onSubmit={(token) => {
        setPhase({ kind: 'asking', fromForm: true });
        void enter({ kind: 'token', token });
      }}
    />
  );
}

type SignedInProps = {
  credentials: Credentials;
  viewer: Session['viewer'];
  leave: (notice: string | null) => void;
  children: ReactNode;
};

/** One client and one live connection for all screens, as long as the same caller is signed in. */
function SignedIn({ credentials, viewer, leave, children }: SignedInProps) {
  const client = useMemo(
    () => createGraphqlClient(credentials, () => leave(rejected[credentials.kind])),
    [credentials, leave],
  );
  const live = useMemo(() => new LiveChanges(credentials), [credentials]);
  useEffect(() => live.open(), [live]);

  const session = useMemo((): Session => {
    if (credentials.kind === 'token') return { viewer, signOut: () => leave(null), signOutEverywhere: null };
    const end = async (everywhere: boolean) => {
      const ended = await endSession(credentials.word, everywhere);
      leave(ended ? null : 'The api did not confirm it: you may still be signed in in this browser. Reload to see.');
    };
    return { viewer, signOut: () => void end(false), signOutEverywhere: () => void end(true) };
  }, [credentials, viewer, leave]);

  return (
    <Provider value={client}>
      <LiveContext value={live}>
        <SessionContext value={session}>{children}</SessionContext>
      </LiveContext>
    </Provider>
  );
}
