const UNITS = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 } as const;

const ISO =
  /^(?<sign>-?)P(?=.)(?:(?<weeks>\d{1,6})W)?(?:(?<days>\d{1,6})D)?(?:T(?=.)(?:(?<hours>\d{1,8})H)?(?:(?<minutes>\d{1,8})M)?(?:(?<seconds>\d{1,9}(?:\.\d{1,3})?)S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration in weeks, days, hours, minutes, seconds (`P31D`, `-PT1H30M`) or of a plain number of
 * milliseconds; undefined for anything else. Years and months are refused: they have no fixed length.
 */
export function parseDuration(text: string): number | undefined {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  const groups = ISO.exec(text)?.groups;
  if (!groups) return undefined;
  let total = 0;
  for (const [unit, ms] of Object.entries(UNITS)) total += Number(groups[unit] ?? 0) * ms;
  return groups['sign'] === '-' ? -total : total;
}
