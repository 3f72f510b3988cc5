import { rmSync } from 'node:fs';
import type { Child, ChildEnd, Program } from './child.js';
import { type DataDirectory, dataDirectory, prepareDataDirectory } from './data-directory.js';
import { takeLock } from './data-lock.js';
import { type Database, openDatabase } from './database.js';
import { Programs } from './installation.js';
import { endLeftovers, StartedProcesses } from './leftovers.js';
import { requireFreePort } from './ports.js';
import { endOf, type ReadyLine, startService, stopService } from './service.js';
import { type Ready, type Starter, type StartSettings, startUp } from './start-up.js';
import { diedAgain } from './up.errors.js';

const RESTART_AFTER_MS = 1_000;
/** A process that dies twice within this time is not started a third time. */
const CALM_MS = 60_000;

/** What a supervisor works on, and whom it tells that everything runs. */
export type SupervisorSettings = StartSettings & { ready: (what: Ready) => void };

type Service = { program: Program; child: Child; isUp: boolean; restartedAt: number };

/** Starts everything in order, watches it, and stops in reverse order what it started and nothing else. */
export class Supervisor implements Starter {
  private readonly data: DataDirectory;
  private readonly started: StartedProcesses;
  private readonly stopping = new AbortController();
  private readonly services: Service[] = [];
  private readonly steps = new Set<Child>();
  private database: Promise<Database> | undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(readonly settings: SupervisorSettings) {
    this.data = dataDirectory(settings.options.dataDir);
    this.started = new StartedProcesses(this.data.childrenFile);
  }

  /** Resolves after {@link stop} when everything is gone; rejects with a refusal when it cannot start or something dies. */
  async run(): Promise<void> {
    const { options } = this.settings;
    prepareDataDirectory(this.data);
    const release = takeLock(this.data.lockFile, this.data.root, Programs.urls(options).api);
    try {
      rmSync(this.data.runtimeFile, { force: true });
      await endLeftovers(this.data.childrenFile);
      await requireFreePort(options.port, options.host, '--port');
      await requireFreePort(options.gatewayPort, options.gatewayHost, '--gateway-port');
      await this.live();
    } finally {
      release();
    }
  }

  /** Asks for the orderly end; {@link run} resolves when it is reached. */
  stop(): void {
    this.stopping.abort();
  }

  /** Ends every process at once; for the person who asked twice. */
  kill(): void {
    this.stop();
    for (const child of [...this.steps, ...this.services.map((service) => service.child)]) child.signal('SIGKILL');
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  get directory(): DataDirectory {
    return this.data;
  }

  /** Opens the database and has it stopped last. */
  async openDatabase(): Promise<string> {
    this.stopping.signal.throwIfAborted();
    this.database = openDatabase(this.settings.config.databaseUrl, this.data.postgres, () => {
      if (!this.isStopping)
        this.fail(diedAgain('embedded PostgreSQL', 'its process is gone', `${this.data.postgres}.log`));
    });
    const database = await this.database;
    if (database.identity) this.started.add('postgres', database.identity);
    return database.url;
  }

  /** Starts a service and watches it from now on. */
  async startService(program: Program): Promise<[Child, ReadyLine]> {
    this.stopping.signal.throwIfAborted();
    const answer = await startService(program, this.data.logs, (child) => this.watch(program, child));
    const service = this.services.find((one) => one.program.name === program.name);
    if (service) service.isUp = true;
    return answer;
  }

  /** A program that runs to its end has been started; it is ended with everything else. */
  beginStep(child: Child): void {
    this.steps.add(child);
    this.started.add(child.program.name, child.identity);
    void child.exited.then(() => this.steps.delete(child));
    if (this.isStopping) child.signal('SIGTERM');
  }

  /** Process ids by name. */
  async pids(): Promise<Record<string, number>> {
    const database = await this.database;
    const services = this.services.map(({ program, child }) => [program.name, child.identity.pid]);
    const postgres = database?.identity ? { postgres: database.identity.pid } : {};
    return { supervisor: process.pid, ...postgres, ...Object.fromEntries(services) };
  }

  private async live(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.stopping.signal.addEventListener('abort', () => resolve()));
    const failed = new Promise<never>((_, reject) => {
      this.fail = reject;
    });
    const starting = startUp(this);
    try {
      await Promise.race([starting.then(this.settings.ready), stopped, failed]);
      await Promise.race([stopped, failed]);
    } finally {
      this.stop();
      await this.stopEverything(starting);
    }
  }

  /** What is still starting ends because its children end; then nothing new can appear. */
  private async stopEverything(starting: Promise<unknown>): Promise<void> {
    rmSync(this.data.runtimeFile, { force: true });
    for (const child of this.steps) child.signal('SIGTERM');
    await this.stopServices();
    await Promise.allSettled([starting, ...[...this.steps].map((child) => child.exited)]);
    await this.stopServices();
    const database = await this.database?.catch(() => undefined); // why it did not start was said already
    await database?.stop();
    this.started.clear();
  }

  private async stopServices(): Promise<void> {
    for (let service = this.services.pop(); service; service = this.services.pop()) await stopService(service.child);
  }

  private watch(program: Program, child: Child): void {
    const known = this.services.find((one) => one.program.name === program.name);
    if (known) Object.assign(known, { child, isUp: false });
    else this.services.push({ program, child, isUp: false, restartedAt: Number.NEGATIVE_INFINITY });
    this.started.add(program.name, child.identity);
    void child.exited.then((end) => this.ended(child, end)).catch(this.fail);
  }

  /** Once is an accident and repaired; twice within a minute is not. */
  private async ended(child: Child, end: ChildEnd): Promise<void> {
    const service = this.services.find((one) => one.child === child);
    if (this.isStopping || !service?.isUp) return;
    const { program } = service;
    const reason = endOf(child, end);
    if (Date.now() - service.restartedAt < CALM_MS) return this.fail(diedAgain(program.name, reason, child.log.path));
    this.settings.say(`The ${program.name} ended unexpectedly (${reason}); starting it again.`);
    service.restartedAt = Date.now();
    await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
    if (this.isStopping) return;
    await this.startService(program);
    this.settings.say(`The ${program.name} runs again.`);
  }
}
