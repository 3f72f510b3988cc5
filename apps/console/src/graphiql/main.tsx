import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './graphiql.css';
import { createRoot } from 'react-dom/client';
import { readSession, signInAddress } from '../session/browser-session.js';
import type { Credentials } from '../session/credentials.js';
import { tokenStore } from '../session/session-token.js';
import { Explorer } from './explorer.js';

/** Who the console of this tab is: the browser's session, else the token that was pasted. */
async function whoAsks(): Promise<Credentials | null> {
  const { word, provider } = await readSession();
  const token = tokenStore.read();
  if (word !== null) return { kind: 'session', word };
  if (token !== null) return { kind: 'token', token };
  window.location.replace(provider ? signInAddress(window.location) : '/sign-in');
  return null;
}

const root = document.getElementById('root');
if (root === null) throw new Error('graphiql.html has no #root element');
const credentials = await whoAsks();
if (credentials !== null) createRoot(root).render(<Explorer credentials={credentials} />);
