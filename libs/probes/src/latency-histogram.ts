/** Every bucket is a quarter wider than the one before: a percentile is off by at most that, up to a minute. */
const GROWTH = 1.25;
const BUCKETS = 50;

/** Number of answers by bucket; histograms of any spans of time add up. */
export type LatencyHistogram = Readonly<Record<string, number>>;

/** The bucket of a latency: 0 up to a millisecond, then each bound a quarter above the last. */
export function latencyBucket(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / Math.log(GROWTH) - 1e-9));
}

/** The highest latency of a bucket in milliseconds. */
export const bucketBound = (bucket: number): number => GROWTH ** bucket;

/** The latency that this share of the answers did not exceed, in milliseconds; null without answers. */
export function percentile(histogram: LatencyHistogram, share: number): number | null {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const wanted = Math.max(1, Math.ceil(total * share));
  let below = 0;
  for (const [bucket, count] of buckets) {
    if (below + count >= wanted) {
      const low = bucket === 0 ? 0 : bucketBound(bucket - 1);
      return low + (bucketBound(bucket) - low) * ((wanted - below) / count);
    }
    below += count;
  }
  return null;
}
