import type { Refusal } from '@rollcall/kernel';
import { objectiveInvalid } from './evidence.errors.js';

/** How good a server has to be: percent of the time, percentile of answers in milliseconds, over so many days. */
export type Objective = { availability: number; latencyP95Ms: number | null; windowDays: number };

/** The first thing that is wrong with an objective, or null. */
export function objectiveProblem({ availability, latencyP95Ms, windowDays }: Objective): Refusal | null {
  if (!(availability > 0 && availability < 100)) {
    return objectiveInvalid('availability', 'The availability is above 0 and below 100 percent.', 'Write 99.5.');
  }
  if (latencyP95Ms !== null && !(Number.isInteger(latencyP95Ms) && latencyP95Ms >= 1 && latencyP95Ms <= 600_000)) {
    return objectiveInvalid('latencyP95Ms', 'The latency is 1 to 600000 milliseconds.', 'Write 500, or leave it out.');
  }
  if (!(Number.isInteger(windowDays) && windowDays >= 1 && windowDays <= 90)) {
    return objectiveInvalid('windowDays', 'The window is 1 to 90 days.', 'Write 30.');
  }
  return null;
}

/** The objective as a person reads it: `99.5 % available and 95 % of answers within 500 ms, over 30 days`. */
export function objectiveText({ availability, latencyP95Ms, windowDays }: Objective): string {
  const latency = latencyP95Ms === null ? '' : ` and 95 % of answers within ${latencyP95Ms} ms`;
  return `${availability} % available${latency}, over ${windowDays} days`;
}
