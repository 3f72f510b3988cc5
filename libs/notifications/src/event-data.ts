import { z } from 'zod';

/** The parts that events are made of. Ids, names and links only: what else is known is one authorized request away. */

export const serverPart = z.strictObject({ id: z.string(), name: z.string() });
export const actorPart = z.strictObject({ id: z.string(), handle: z.string() });
export const agentPart = z.strictObject({ id: z.string(), slug: z.string() });
export const teamPart = z.strictObject({ id: z.string(), slug: z.string() });

export const versionPart = {
  server: serverPart,
  version: z.string(),
  versionId: z.string(),
  url: z.url().describe('page of the version in the console'),
};

export const successorPart = z
  .strictObject({
    server: z.string(),
    version: z.string(),
    tools: z.record(z.string(), z.string()).describe('old to new names of the tools that were renamed'),
  })
  .nullable()
  .describe('what to use instead; null when there is nothing');

export const versionData = z.strictObject(versionPart);

export const publishedData = z.strictObject({ ...versionPart, publisher: actorPart, track: z.string() });

export const stepData = z.strictObject({
  ...versionPart,
  transitionId: z.string(),
  from: z.string(),
  to: z.string(),
  actor: actorPart,
});

export const endingData = z.strictObject({
  ...stepData.shape,
  sunsetAt: z.iso.datetime().nullable(),
  successor: successorPart,
});

export const sunsetData = z.strictObject({
  ...versionPart,
  sunsetAt: z.iso.datetime(),
  successor: successorPart,
});

export const sunsetNearData = z.strictObject({
  ...sunsetData.shape,
  daysLeft: z.int().nullable().describe('whole days until then'),
});

export const checkData = z.strictObject({
  ...versionPart,
  checkId: z.string(),
  conclusion: z.string().describe('success, failure or neutral'),
});

export const recordedCheckData = z.strictObject({
  server: z.strictObject({ id: z.string().nullable(), name: z.string() }),
  version: z.string().nullable().describe('null for a candidate that names none'),
  checkId: z.string(),
  contextId: z.string().nullable().describe('the pull request, as the caller called it'),
  conclusion: z.string().describe('success, failure or neutral'),
  waiting: z.int().describe('how many changes hold it up until somebody approves them'),
  url: z.string(),
});

export const inspectionData = z.strictObject({
  ...versionPart,
  inspectionId: z.string(),
  environment: z.string().nullable(),
  outcome: z.string().describe('healthy, degraded, auth_required, unreachable, ...'),
  drift: z.boolean().describe('true when the observed contract is not the approved one'),
});

export const driftData = z.strictObject({
  ...versionPart,
  driftId: z.string(),
  environment: z.string().nullable().describe('null: at an address of the manifest'),
  kind: z.string().describe('other_version, same_version_other_contract or unstable'),
  status: z.string().describe('open, dismissed or resolved'),
  conclusion: z.string().nullable().describe('breaking, dangerous or safe'),
  risk: z.string().describe('none, review or high'),
  approvedDigest: z.string(),
  observedDigest: z.string(),
});

export const endpointData = {
  ...versionPart,
  endpointId: z.string(),
  environment: z.string().nullable(),
};

export const healthData = z.strictObject({
  ...endpointData,
  from: z.string().describe('healthy, degraded, unhealthy or unknown'),
  to: z.string(),
  outcome: z.string().describe('of the last probe: healthy, degraded, auth_required, unreachable, ...'),
  findings: z.array(z.string()).describe('codes of what else the owner should know'),
});

export const openAccessData = z.strictObject({
  ...endpointData,
  open: z.boolean().describe('true when its tools are listed to callers without credentials'),
});

export const namespaceData = z.strictObject({
  namespaceId: z.string(),
  name: z.string(),
  team: teamPart,
  proof: z.string().describe('how the team showed that it owns the name'),
});

export const breakGlassData = z.strictObject({
  ...versionPart,
  requestId: z.string(),
  from: z.string(),
  to: z.string(),
  expiresAt: z.iso.datetime(),
});

export const transferData = z.strictObject({
  transferId: z.string(),
  server: serverPart,
  from: teamPart,
  to: teamPart,
  url: z.url().describe('page of the server in the console'),
});

export const renameData = z.strictObject({
  server: serverPart,
  renamedTo: serverPart,
  url: z.url().describe('page of the server under its new name'),
});

export const policyData = z.strictObject({ revision: z.int().nonnegative() });

export const webhookData = z.strictObject({
  webhookId: z.string(),
  address: z.string().describe('without query; of a Slack address only the host'),
  reason: z.string(),
});

export const pingData = z.strictObject({ webhookId: z.string(), requestedBy: actorPart });

export const noticeData = z.strictObject({
  ...versionPart,
  noticeId: z.string(),
  kind: z
    .string()
    .describe(
      'deprecated, restored, sunset_approaching, sunset_reached, decommissioned, quarantined, released, unhealthy or recovered',
    ),
  agent: agentPart,
  sunsetAt: z.iso.datetime().nullable(),
  successor: successorPart,
  toolsUsed: z
    .array(z.strictObject({ tool: z.string(), calls: z.int().nonnegative() }))
    .describe('what the agent called of this version in the last 30 days, most first, at most 50'),
});
