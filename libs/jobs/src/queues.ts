/** Jobs carry ids only; what they work on is read from the database when they run. */
export type QueueJobs = {
  /** Connections to live servers. */
  inspections: { 'inspection.run': { organizationId: string; inspectionId: string } };
  /** What surrounds the scheduled looks at endpoints, which a loop in the worker makes: whose turn it may be, and sums. */
  probes: { 'probe.tick': Record<string, never>; 'probe.rollup': Record<string, never> };
  /** Evidence by doing: golden calls and protocol conformance. */
  evidence: {
    'golden.run': { organizationId: string; runId: string };
    'conformance.run': { organizationId: string; runId: string };
  };
  /** What runs against what was approved. */
  drift: {
    'drift.observe': {
      organizationId: string;
      versionId: string;
      environmentId: string | null;
      digest: string;
      source: 'probe' | 'inspection';
    };
  };
  /** Recorded checks of a version against a base. */
  checks: { 'check.run': { organizationId: string; checkId: string } };
  /** Compiling and signing what gateways enforce; runs where the signing keys are. */
  bundles: { 'bundle.compile': { organizationId: string } };
  /** Signing the audit chain and pruning it; runs where the audit key is. */
  audit: { 'audit.checkpoint': { organizationId: string } };
  /** Events sent to webhooks. `attempts` names the attempt, so that it is made once. */
  deliveries: {
    'delivery.send': { organizationId: string; deliveryId: string; attempts: number };
    'deliveries.due': Record<string, never>;
    'deliveries.purge': Record<string, never>;
  };
  /** Walks over other registries. */
  mirrors: {
    'mirror.tick': Record<string, never>;
    'mirror.walk': { organizationId: string; sourceId: string; force: boolean };
  };
  /** The index that tools are found by. */
  discovery: { 'tools.index': { organizationId: string; versionId: string }; 'tools.heal': Record<string, never> };
  /** What happens because time passes. */
  lifecycle: {
    'lifecycle.sweep': Record<string, never>;
    'outbox.purge': Record<string, never>;
    'sessions.purge': Record<string, never>;
  };
};

/** A queue's name. */
export type QueueName = keyof QueueJobs;

/** The name of a job in one queue. */
export type JobName<Q extends QueueName> = keyof QueueJobs[Q] & string;

/** The payload of one kind of job. */
export type JobPayload<Q extends QueueName, N extends JobName<Q>> = QueueJobs[Q][N];

/** Every queue there is; `concurrency` is how many of its jobs one worker process runs at a time. */
export const QUEUES: { readonly [Q in QueueName]: { readonly concurrency: number } } = {
  inspections: { concurrency: 8 },
  probes: { concurrency: 1 },
  evidence: { concurrency: 2 },
  drift: { concurrency: 2 },
  checks: { concurrency: 4 },
  bundles: { concurrency: 1 },
  audit: { concurrency: 1 },
  deliveries: { concurrency: 16 },
  mirrors: { concurrency: 2 },
  discovery: { concurrency: 2 },
  lifecycle: { concurrency: 1 },
};
