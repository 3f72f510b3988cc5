import type { ConsoleViewerQuery } from '@rollcall/schema';
import { createContext, useContext } from 'react';

/** Who is signed in, and how to end it. */
export type Session = {
  viewer: ConsoleViewerQuery['viewer'];
  signOut: () => void;
  /** Ends every session of this user; null where there is no session but a pasted token. */
  signOutEverywhere: (() => void) | null;
};

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession needs a SessionGate above it');
  return session;
}
