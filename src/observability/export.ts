import { Counter, Gauge, type Histogram, type Registry } from 'prom-client';
import { LATENCY_BOUNDS, type Latency } from './latency.js';

/** What each value of a label stands for. */
type Labelled<T> = Iterable<readonly [label: string, value: T]>;

/** How a metric is named and described. */
export interface MetricHead {
  readonly name: string;
  readonly help: string;
  /** The label that tells its numbers apart. @default it is one number */
  readonly label?: string;
}

/** A counter or gauge that is read when somebody asks. */
export function exportNumbers(
  registry: Registry,
  type: 'counter' | 'gauge',
  { name, help, label }: MetricHead,
  read: () => number | Labelled<number>,
): void {
  const Metric = type === 'counter' ? Counter : (Gauge as unknown as typeof Counter);
  new Metric({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      this.reset();
      const numbers = read();
      if (typeof numbers === 'number') this.inc(numbers);
      else for (const [value, count] of numbers) this.inc({ [label ?? '']: value }, count);
    },
  });
}

/** A gauge of something that not every server has: without a value there is no sample. */
export function exportOptional(
  registry: Registry,
  { name, help }: Omit<MetricHead, 'label'>,
  read: () => number | undefined,
): void {
  const head = { name, help, type: 'gauge', aggregator: 'sum' };
  const values = () => {
    const value = read();
    return value === undefined ? [] : [{ value, labels: {} }];
  };
  const metric = { ...head, get: () => Promise.resolve({ ...head, values: values() }) };
  registry.registerMetric(metric as unknown as Gauge);
}

/** What does not change, as labels of a gauge that is 1. */
export function exportFacts(
  registry: Registry,
  { name, help, facts }: Omit<MetricHead, 'label'> & { readonly facts: Readonly<Record<string, string>> },
): void {
  new Gauge({ name, help, labelNames: Object.keys(facts), registers: [registry] }).set(facts, 1);
}

/** A histogram in seconds; without `label` it holds one latency, whose label is not shown. */
export function exportLatency(
  registry: Registry,
  { name, help, label }: MetricHead,
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
