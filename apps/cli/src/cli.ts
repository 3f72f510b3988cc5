import type { Clock } from '@rollcall/kernel';
import type { ControlPlane } from './connection/control-plane.js';
import type { ConnectionSettings } from './connection/settings.js';
import type { Io } from './io.js';
import type { Progress } from './output/progress.js';

/** What a command works with. The connection is made only by commands that ask for it: the others run offline. */
export type Cli = {
  io: Io;
  clock: Clock;
  /** Where and as whom this call would connect. */
  connection(): Promise<ConnectionSettings>;
  /** The control plane; fails when nobody is signed in. */
  controlPlane(): Promise<ControlPlane>;
  /** What is being done, on standard error. */
  progress: Progress;
  /** A line for people on standard error. */
  note(text: string): void;
};
