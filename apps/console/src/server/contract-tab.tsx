import { Text } from '@mantine/core';
import { ConsoleContractDocument } from '@rollcall/schema';
import { useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { DigestText } from '../display/digest-text.js';
import { Disclosure } from '../display/disclosure.js';
import { EmptyState } from '../display/empty-state.js';
import { recordOf, stringOf } from '../display/json-shape.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { useLiveRefresh } from '../live/live.hook.js';
import { isAbout, type VersionContract } from './server.js';
import { ToolCard } from './tool-card.js';

/** "What exactly does it offer?" */
export function ContractTab(address: { server: string; version: string }) {
  const [answer, ask] = useQuery({ query: ConsoleContractDocument, variables: address });
  useLiveRefresh(isAbout(address), () => ask({ requestPolicy: 'cache-and-network' }));
  const version = answer.data?.version;
  if (answer.error !== undefined && !version) {
    return <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  }
  if (answer.data === undefined) return <TableSkeleton rows={5} label="Reading the contract" />;
  if (!version || version.contract === null) {
    return (
      <EmptyState title="No contract yet" command={['check', `${address.server}@${address.version}`]}>
        <p>A contract is known after the first good inspection of an endpoint of this version.</p>
      </EmptyState>
    );
  }
  return <KnownContract version={version} contract={version.contract} />;
}

type KnownContractProps = { version: VersionContract; contract: NonNullable<VersionContract['contract']> };

function KnownContract({ version, contract }: KnownContractProps) {
  const rules = recordOf(version.approvalRules) ?? {};
  return (
    <div className="contract">
      <ApprovalSentence version={version} />
      <dl className="digests">
        <div>
          <dt>Contract</dt>
          <dd>
            <DigestText digest={contract.digest} what="contract digest" />
          </dd>
        </div>
        {version.approvedContractDigest !== null && (
          <div>
            <dt>Approved</dt>
            <dd>
              <DigestText digest={version.approvedContractDigest} what="approved contract digest" />
            </dd>
          </div>
        )}
        <div>
          <dt>Manifest</dt>
          <dd>
            <DigestText digest={version.manifestDigest} what="manifest digest" />
          </dd>
        </div>
      </dl>
      {contract.instructions !== null && (
        <Disclosure summary="Instructions the server gives to a model">
          <p className="wording">
            <SafeText text={contract.instructions} />
          </p>
        </Disclosure>
      )}
      <Text fw={600}>
        {contract.tools.length} {contract.tools.length === 1 ? 'tool' : 'tools'}
      </Text>
      <ul className="tools" aria-label="Tools">
        {contract.tools.map((tool) => (
          <li key={tool.name}>
            <ToolCard tool={tool} approval={stringOf(rules[tool.name]) ?? stringOf(rules['*'])} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ApprovalSentence({ version }: { version: VersionContract }) {
  const { approvedContractDigest: approved, contractDigest: observed } = version;
  if (approved === null) return <Text>No reviewer has approved this contract yet.</Text>;
  if (approved === observed) return <Text>This is the contract reviewers approved: the gateway pins it.</Text>;
  return (
    <Text fw={600}>
      The newest observed contract differs from the approved one. The gateway serves what was approved.
    </Text>
  );
}
