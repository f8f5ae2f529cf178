/** What Plumbline has to reach on two cores with its stores beside it. A value above `most` or below `least` misses it. */
export interface Goal {
  readonly key: string;
  readonly what: string;
  readonly unit: string;
  readonly most?: number;
  readonly least?: number;
}

export const goals: readonly Goal[] = [
  { key: "nodeToBlackbox", what: "node process, CPU of a run ÷ blackbox exporter, at 100/s", unit: "×", most: 1.5 },
  { key: "allToBlackbox", what: "all processes together ÷ blackbox exporter, at 100/s", unit: "×", most: 3 },
  { key: "saturatedToBlackbox", what: "all processes together ÷ blackbox exporter, saturated", unit: "×", most: 2.5 },
  { key: "redisPerSecond", what: "runs sustained, Redis + PostgreSQL", unit: "/s", least: 300 },
  { key: "postgresPerSecond", what: "runs sustained, PostgreSQL only", unit: "/s", least: 150 },
  { key: "embeddedPerSecond", what: "runs sustained, embedded", unit: "/s", least: 60 },
  { key: "retained31", what: "PostgreSQL, CPU of a run with 31 retained days ÷ with 1", unit: "×", most: 1.1 },
  { key: "retained91", what: "PostgreSQL, CPU of a run with 91 retained days ÷ with 1", unit: "×", most: 1.1 },
  { key: "overloadShare", what: "offered ten times too much: throughput ÷ the best", unit: "×", least: 0.9 },
  { key: "lateBusyMs", what: "lateness p99, 1,000 probes every 10 s", unit: "ms", most: 20 },
  { key: "lateManyMs", what: "lateness p99, 10,000 probes every 5 min", unit: "ms", most: 50 },
  { key: "memoryMb", what: "memory with 10,000 probes", unit: "MB", most: 300 },
  { key: "embeddedMb", what: "memory of the embedded mode", unit: "MB", most: 450 },
  { key: "embeddedPeakMb", what: "memory of the embedded mode, highest", unit: "MB", most: 700 },
  { key: "idlePercent", what: "CPU with 10,000 probes every 5 min, of a core", unit: "%", most: 15 },
  { key: "schedulesS", what: "new schedules for 10,000 probes", unit: "s", most: 5 },
  { key: "reloadTouched", what: "schedules touched by a reload that changes one of 10,000 probes", unit: "", most: 1 },
  { key: "readyMs", what: "`/readyz` with 10,000 probes", unit: "ms", most: 2 },
  { key: "statusMs", what: "`status` with 10,000 probes", unit: "ms", most: 100 },
  { key: "statusKb", what: "`status` with 10,000 probes", unit: "kB", most: 200 },
  { key: "metricsMb", what: "`/metrics` with 10,000 probes", unit: "MB", most: 2 },
  { key: "versionS", what: "`plumbline --version`", unit: "s", most: 0.15 },
  { key: "helpS", what: "`plumbline --help`", unit: "s", most: 0.25 },
  { key: "validateS", what: "`plumbline validate config/cometapi.yaml`", unit: "s", most: 0.5 },
  { key: "runCpuS", what: "`plumbline run` of one probe, CPU", unit: "s", most: 0.6 },
  { key: "storeBytes", what: "a run in the store", unit: "B", most: 1200 },
  { key: "walBytes", what: "WAL of a run", unit: "B", most: 3500 },
];

/** What `docs/operate.md` says of sizing beside the goals. */
export const figures: readonly Goal[] = [
  { key: "nodeMs", what: "CPU of one run: worker", unit: "ms" },
  { key: "postgresMs", what: "CPU of one run: PostgreSQL", unit: "ms" },
  { key: "redisMs", what: "CPU of one run: Redis", unit: "ms" },
  { key: "tlsTimes", what: "worker, CPU of a run with a new TLS connection ÷ without TLS", unit: "×" },
  { key: "otlpTimes", what: "worker, CPU of a run with OTLP export ÷ without", unit: "×" },
  { key: "slowTimes", what: "worker, CPU of a run with answers of 2 s ÷ with immediate answers", unit: "×" },
];

export function isMet({ most, least }: Goal, value: number): boolean {
  return value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY);
}

export function mustOf({ most, least, unit }: Goal): string {
  return `${most === undefined ? "≥" : "≤"} ${most ?? least} ${unit}`.trim();
}
