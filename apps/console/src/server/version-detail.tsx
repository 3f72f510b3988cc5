import { Tabs, Title } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { SafeText } from '../display/safe-text.js';
import { ContractTab } from './contract-tab.js';
import { EvidenceTab } from './evidence-tab.js';
import { HealthTab } from './health-tab.js';
import type { ServerEntity, VersionRow } from './server.js';
import { TransitionsTab } from './transitions-tab.js';
import { VersionNotices } from './version-notices.js';

const tabs = ['contract', 'health', 'transitions', 'evidence'] as const;

/** One version: what it offers, how it got here, what was seen and checked. */
export function VersionDetail({ server, version }: { server: ServerEntity; version: VersionRow }) {
  const [params, setParams] = useSearchParams();
  const tab = tabs.find((each) => each === params.get('tab')) ?? 'contract';
  const address = { server: server.name, version: version.version };

  const choose = (next: string | null) => {
    const changed = new URLSearchParams(params);
    changed.set('tab', next ?? 'contract');
    setParams(changed, { replace: true });
  };

  return (
    <section className="version-detail" aria-labelledby="version-heading">
      <Title order={2} size="h4" id="version-heading">
        Version <SafeText text={version.version} />
      </Title>
      <VersionNotices version={version} />
      <Tabs value={tab} onChange={choose} keepMounted={false}>
        <Tabs.List aria-label="About this version">
          <Tabs.Tab value="contract">Contract</Tabs.Tab>
          <Tabs.Tab value="health">Health</Tabs.Tab>
          <Tabs.Tab value="transitions">Transitions</Tabs.Tab>
          <Tabs.Tab value="evidence">Inspections and checks</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="contract" pt="md">
          <ContractTab {...address} />
        </Tabs.Panel>
        <Tabs.Panel value="health" pt="md">
          <HealthTab {...address} />
        </Tabs.Panel>
        <Tabs.Panel value="transitions" pt="md">
          <TransitionsTab {...address} />
        </Tabs.Panel>
        <Tabs.Panel value="evidence" pt="md">
          <EvidenceTab {...address} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}
