/** An objective as a person reads it. */
export function objectiveText(objective: {
  availability: number;
  latencyP95Ms: number | null;
  windowDays: number;
}): string {
  const { availability, latencyP95Ms, windowDays } = objective;
  const latency = latencyP95Ms === null ? '' : `, 95 % of answers within ${latencyP95Ms} ms`;
  return `${availability} % available${latency}, over ${windowDays} days`;
}
