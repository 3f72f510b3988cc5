import { canonicalJson } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import {
  exposedNameOf,
  type PolicyAgent,
  type PolicyGrant,
  type PolicyServer,
  type PolicyState,
  type PolicyTool,
  type PolicyVersion,
} from '@rollcall/policy';

/** One difference between two policies. */
export type StateChange = {
  subject: 'server' | 'version' | 'tool' | 'tombstone' | 'agent' | 'grant' | 'quarantine';
  kind: 'added' | 'removed' | 'changed';
  /** What it is about: `ledger`, `ledger@1.0.0`, `agt_1 ledger__pay`. */
  name: string;
  /** One sentence for a person. */
  message: string;
};

type Subject = StateChange['subject'];
type Say<T> = (before: T, after: T) => string | null;

/** What an activation of `after` changes for somebody who enforces `before`; sorted by subject and name, empty when equal. */
export function diffStates(before: PolicyState, after: PolicyState): StateChange[] {
  const changes = [
    ...diffRecords<PolicyServer>('server', [before.servers, after.servers], renamed),
    ...diffServers(before, after),
    ...diffRecords<PolicyAgent>('agent', [before.agents, after.agents], tokensChanged),
    ...diffGrants(before, after),
    ...diffRecords('quarantine', [holdsOf(before), holdsOf(after)], () => null),
  ];
  return changes.sort((a, b) => compare(a.subject, b.subject) || compare(a.name, b.name));
}

const renamed: Say<PolicyServer> = (a, b) => (a.name === b.name ? null : `now means ${b.name} instead of ${a.name}`);
const tokensChanged: Say<PolicyAgent> = (a, b) => (same(a.tokens, b.tokens) ? null : 'has other tokens');

function diffServers(before: PolicyState, after: PolicyState): StateChange[] {
  return keysOf(before.servers, after.servers).flatMap((alias) => {
    const a = own(before.servers, alias);
    const b = own(after.servers, alias);
    const at = (version: string) => `${alias}@${version}`;
    const versions: [Record<string, PolicyVersion>, Record<string, PolicyVersion>] = [
      a?.versions ?? {},
      b?.versions ?? {},
    ];
    return [
      ...diffRecords('version', versions, versionChanged, at),
      ...keysOf(...versions).flatMap((version) => {
        const tools: [PolicyVersion | undefined, PolicyVersion | undefined] = [
          own(versions[0], version),
          own(versions[1], version),
        ];
        // Tools of a version that came or went are said with the version.
        if (tools[0] === undefined || tools[1] === undefined) return [];
        const name = (tool: string) => `${at(version)} ${tool}`;
        return diffRecords('tool', [tools[0].tools, tools[1].tools], toolChanged, name);
      }),
      ...diffRecords('tombstone', [a?.tombstones ?? {}, b?.tombstones ?? {}], tombstoneChanged, at),
    ];
  });
}

const versionChanged: Say<PolicyVersion> = (a, b) => {
  const parts = [
    a.state === b.state ? null : `goes from ${a.state} to ${b.state}`,
    same(a.endpoint, b.endpoint) ? null : 'runs elsewhere',
    a.contractDigest === b.contractDigest ? null : 'has another contract',
    same(a.deprecation, b.deprecation) ? null : 'has another deprecation notice',
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
};

const toolChanged: Say<PolicyTool> = (a, b) => {
  const parts = [
    a.digest === b.digest ? null : 'has another pinned definition',
    a.approval === b.approval ? null : `needs approval "${b.approval}" instead of "${a.approval}"`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
};

const tombstoneChanged: Say<object> = (a, b) => (same(a, b) ? null : 'points elsewhere');

function diffGrants(before: PolicyState, after: PolicyState): StateChange[] {
  return keysOf(before.agents, after.agents).flatMap((agentId) => {
    const name = (tool: string) => `${agentId} ${tool}`;
    const granted = [flatGrants(own(before.agents, agentId)), flatGrants(own(after.agents, agentId))] as const;
    return diffRecords('grant', [granted[0], granted[1]], grantChanged, name);
  });
}

const grantChanged: Say<PolicyGrant> = (a, b) => {
  if (a.version !== b.version) return `moves from version ${a.version} to ${b.version}`;
  return a.grant === b.grant ? null : `now rests on grant ${b.grant}`;
};

function flatGrants(agent: PolicyAgent | undefined): Record<string, PolicyGrant> {
  const entries = Object.entries(agent?.tools ?? {}).flatMap(([alias, tools]) =>
    Object.entries(tools).map(([tool, grant]): [string, PolicyGrant] => [exposedNameOf(alias, tool), grant]),
  );
  return Object.fromEntries(entries);
}

function holdsOf(state: PolicyState): Record<string, object> {
  return Object.fromEntries(
    state.quarantine.map((hold) => [`${hold.alias}@${hold.version ?? '*'} ${hold.tool ?? '*'}`, hold]),
  );
}

function diffRecords<T>(
  subject: Subject,
  [before, after]: readonly [Record<string, T>, Record<string, T>],
  say: Say<T>,
  nameOf: (key: string) => string = (key) => key,
): StateChange[] {
  return keysOf(before, after).flatMap((key): StateChange[] => {
    const a = own(before, key);
    const b = own(after, key);
    const name = nameOf(key);
    if (a === undefined) return [{ subject, kind: 'added', name, message: `${subject} ${name} is new.` }];
    if (b === undefined) return [{ subject, kind: 'removed', name, message: `${subject} ${name} is gone.` }];
    const change = say(a, b);
    return change === null ? [] : [{ subject, kind: 'changed', name, message: `${subject} ${name} ${change}.` }];
  });
}

const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
const same = (a: object | null, b: object | null) => canonicalJson(a as JsonValue) === canonicalJson(b as JsonValue);
const keysOf = (a: object, b: object) => [...new Set([...Object.keys(a), ...Object.keys(b)])];
const own = <T>(record: Record<string, T>, key: string) => (Object.hasOwn(record, key) ? record[key] : undefined);
