import { GraphiQL } from 'graphiql';
import { useMemo } from 'react';
import type { Credentials } from '../session/credentials.js';
import { fetcherFor } from './fetcher.js';

const example = `# Everything the console, the command line and your own programs can ask.
# Ctrl-Enter runs it; the book on the left is the documentation.
{
  viewer {
    principal { handle }
    organization { name }
  }
  servers(first: 5) {
    edges { node { name latestVersion { version state } } }
  }
}
`;

/** GraphiQL as whoever is signed in. What is typed stays in this tab: it may name what is not for everybody. */
export function Explorer({ credentials }: { credentials: Credentials }) {
  const fetcher = useMemo(() => fetcherFor(credentials), [credentials]);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={window.sessionStorage}
      defaultQuery={example}
      isHeadersEditorEnabled={false}
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <a href="/servers" className="back-link">
          Rollcall console
        </a>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}
