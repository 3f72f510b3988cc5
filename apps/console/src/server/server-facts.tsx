import type { ReactNode } from 'react';
import { CommandLine } from '../display/command-line.js';
import { CopyAction } from '../display/copy-action.js';
import { weightLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { SafeText } from '../display/safe-text.js';
import { StateMark } from '../display/state-mark.js';
import { HealthText } from '../servers/health-text.js';
import type { ServerEntity } from './server.js';

/** Who owns it, how it is, how to reach someone. */
export function ServerFacts({ server }: { server: ServerEntity }) {
  const latest = server.versions.find((each) => each.version === server.latestVersion?.version);
  return (
    <section className="facts" aria-label="About this server">
      <dl>
        <Fact term="State">
          {latest === undefined ? (
            'no version'
          ) : (
            <StateMark state={latest.state} quarantineReason={latest.quarantineReason} />
          )}
        </Fact>
        <Fact term="Health">
          <HealthText health={server.health} />
        </Fact>
        <Fact term="Owner">
          <SafeText text={server.team.name} />
        </Fact>
        <Fact term="Contact">{server.contact === null ? 'none given' : <Contact contact={server.contact} />}</Fact>
        <Fact term="Criticality">
          <Mark {...weightLook(server.criticality)} soft />
        </Fact>
        <Fact term="Data">
          <Mark {...weightLook(server.dataClass)} soft />
        </Fact>
        <Fact term="Alias">
          <code>
            <SafeText text={server.alias} />
          </code>
          <CopyAction value={server.alias} what="alias" />
        </Fact>
        <Fact term="Id">
          <code className="breakable">{server.id}</code>
          <CopyAction value={server.id} what="server id" />
        </Fact>
      </dl>
      {latest !== undefined && <CommandLine words={['inspect', `registry:${server.name}@${latest.version}`]} />}
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Only addresses of known kinds become links: anything else is text. */
function Contact({ contact }: { contact: string }) {
  const isMail = /^[^\s@:/?#]+@[^\s@:/?#]+$/.test(contact);
  if (!isMail && !/^https?:\/\//i.test(contact)) return <SafeText text={contact} />;
  return (
    <a href={isMail ? `mailto:${contact}` : contact} rel="noreferrer noopener" className="breakable">
      <SafeText text={contact} />
    </a>
  );
}
