import { Counter, Gauge, type Histogram, type Registry } from 'prom-client';
import { LATENCY_BOUNDS, type Latency } from './latency.js';

/** One number under one value of its label. */
export type Labelled<T> = Iterable<readonly [label: string, value: T]>;

/** A counter that is read when somebody asks. */
export function exportCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** A counter per value of `label`, read when somebody asks. */
export function exportCounters(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Labelled<number>,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of read()) this.inc({ [label]: value }, count);
    },
  });
}

/** A gauge that is read when somebody asks. */
export function exportGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** A histogram in seconds; without `label` it holds one latency, whose label is not shown. */
export function exportLatency(
  registry: Registry,
  name: string,
  help: string,
  label: string | undefined,
  latencies: Labelled<Latency>,
): void {
  const head = { name, help, type: 'histogram', aggregator: 'sum' };
  const values = () =>
    [...latencies].flatMap(([value, latency]) =>
      samples(name, latency, label === undefined ? {} : { [label]: value }),
    );
  const metric = { ...head, get: () => Promise.resolve({ ...head, values: values() }) };
  // A registry asks no more of a metric than this; its type lists the library's own classes only.
  registry.registerMetric(metric as unknown as Histogram);
}

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

function samples(name: string, { buckets, sum }: Latency, labels: Sample['labels']): readonly Sample[] {
  let count = 0;
  const cumulative = Array.from(buckets, (bucket, at) => {
    count += bucket;
    const bound = LATENCY_BOUNDS[at];
    const le = bound === undefined ? '+Inf' : bound / 1_000;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum / 1_000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
