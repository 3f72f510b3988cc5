import { Counter, createMetrics, Gauge, Histogram } from '@rollcall/observability';
import type { PolicyHolder } from '../trust/active-policy.js';
import type { CallRecord } from './call-record.js';

/** The gateway's Prometheus metrics. No label takes a caller's free text. */
export class GatewayMetrics {
  readonly #registry = createMetrics('gateway');
  readonly #calls = new Counter({
    name: 'rollcall_gateway_calls_total',
    help: 'Tool calls by outcome and refusal or failure code.',
    labelNames: ['outcome', 'code'],
    registers: [this.#registry],
  });
  readonly #latency = new Histogram({
    name: 'rollcall_gateway_call_duration_seconds',
    help: 'Time from an authenticated tool call to its answer, the server included.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.#registry],
  });
  readonly #requests = new Counter({
    name: 'rollcall_gateway_denied_requests_total',
    help: 'Requests denied before any policy decision, by reason.',
    labelNames: ['reason'],
    registers: [this.#registry],
  });
  readonly #updates = new Counter({
    name: 'rollcall_gateway_policy_updates_total',
    help: 'Polls by what they led to.',
    labelNames: ['result'],
    registers: [this.#registry],
  });

  constructor(holder: PolicyHolder, nowMs: () => number) {
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value());
        },
      });
    gauge(
      'rollcall_gateway_bundle_serial',
      'Serial of the policy in force, 0 for none.',
      () => holder.last?.bundle.serial ?? 0,
    );
    gauge('rollcall_gateway_bundle_epoch', 'Epoch of the policy in force.', () => holder.last?.bundle.epoch ?? 0);
    gauge(
      'rollcall_gateway_kill_sequence',
      'Sequence of the kill list in force.',
      () => holder.last?.kill.sequence ?? 0,
    );
    gauge('rollcall_gateway_policy_stale', '1 when the policy is past its stale-after time or missing.', () =>
      holder.last !== null && nowMs() < holder.last.staleAfterMs ? 0 : 1,
    );
    gauge(
      'rollcall_gateway_policy_expires_in_seconds',
      'Seconds until everything is refused; not positive once it is.',
      () => (holder.last === null ? 0 : (holder.last.hardExpiresAtMs - nowMs()) / 1_000),
    );
  }

  call({ outcome, code, latencyMs }: CallRecord): void {
    this.#calls.inc({ outcome, code: code ?? '' });
    this.#latency.observe(latencyMs / 1_000);
  }

  denied(reason: string): void {
    this.#requests.inc({ reason });
  }

  update(result: string): void {
    this.#updates.inc({ result });
  }

  /** All metrics in the Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
