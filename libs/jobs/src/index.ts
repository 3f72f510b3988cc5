export { type JobsConfig, prepareJobs } from './backend.js';
export { type AddOptions, JobQueue, type QueueDepth, type Schedule } from './job-queue.js';
export { type JobFailure, type JobHandlers, type JobRun, JobWorker, type JobWorkerOptions } from './job-worker.js';
export { JobsModule, type JobsModuleOptions, JobWorkers } from './jobs.module.js';
export { type JobName, type JobPayload, QUEUES, type QueueJobs, type QueueName } from './queues.js';
