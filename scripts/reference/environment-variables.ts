/** A variable that the program or its telemetry reads. */
export interface Variable {
  readonly name: string;
  /** What holds when it is not set; empty when nothing does. */
  readonly byDefault: string;
  readonly meaning: string;
}

const of = (name: string, byDefault: string, meaning: string): Variable => ({ name, byDefault, meaning });

/** Read by the program itself. */
export const ownVariables: readonly Variable[] = [
  of("PLUMBLINE_CONFIG", "plumbline.yaml", "the configuration, where `--config` does not name another"),
  of("PLUMBLINE_DATA", ".plumbline/data", "folder of the embedded store; heeded without DATABASE_URL only"),
  of(
    "PLUMBLINE_SPOOL",
    "",
    "folder where workers keep results while the database is away, until they are committed; by default a folder of this user in the temporary folder",
  ),
  of(
    "PLUMBLINE_METRICS",
    "`lean` above 2,000 probes",
    "`full` or `lean`: lean metrics keep `probe_success` for each probe, count runs and findings by target and location, measure calls by provider, model and server, and leave out the other gauges of probes",
  ),
  of(
    "PLUMBLINE_QUEUE_SPANS",
    "",
    "`on` exports the spans of the queue as well, about two of five spans; they are left out without it",
  ),
  of("PLUMBLINE_TOKEN", "", "what commands ask a running service with, where that has `api.tokens`"),
  of("DEBUG", "", "set to anything: an internal error shows where it happened, without its message"),
  of("NO_COLOR", "", "set to anything: no colour, on a terminal either"),
  of("FORCE_COLOR", "", "set to anything but 0: colour where there is no terminal"),
];

export const storeVariables: readonly Variable[] = [
  of("DATABASE_URL", "", "`postgres://user:password@host:5432/database`; PostgreSQL 14 or newer keeps everything"),
  of(
    "REDIS_URL",
    "",
    "`redis://:password@host:6379/0`, `redis+sentinel://:password@one:26379,two:26379/master/0` or `redis+cluster://:password@one:6379,two:6379`; `rediss` for TLS. Redis 6.2 or newer, or Valkey, keeps the queue. Needs DATABASE_URL",
  ),
  of("REDIS_PASSWORD", "", "password of Redis, for a REDIS_URL without one"),
  of("REDIS_SENTINEL_PASSWORD", "", "password of the Sentinels themselves; the one in REDIS_URL is that of Redis"),
  of("REDIS_CA_FILE", "", "file with the certificates of the authority to trust, in PEM. Needs TLS in REDIS_URL"),
  of("REDIS_CERT_FILE", "", "file with the certificate that is shown to Redis, in PEM"),
  of("REDIS_KEY_FILE", "", "file with the key of that certificate, in PEM"),
];

/** Variables whose value may stand in a file instead. */
export const byFile: readonly string[] = [
  "DATABASE_URL",
  "REDIS_URL",
  "REDIS_PASSWORD",
  "REDIS_SENTINEL_PASSWORD",
  "PLUMBLINE_TOKEN",
];

/** Read by Node and by the client of PostgreSQL; named because people look for them here. */
export const otherVariables: readonly Variable[] = [
  of(
    "NODE_EXTRA_CA_CERTS",
    "",
    "file with authorities to trust beside the usual ones, for every connection: stores, targets, receivers, collector",
  ),
  of("PGSSLMODE", "", "`sslmode`, where DATABASE_URL does not say it"),
];

/** Asked for by the program before the SDK is loaded, or read by the SDK. */
export const telemetryVariables: readonly (readonly [title: string, variables: readonly Variable[]])[] = [
  [
    "What is exported, and under which name",
    [
      of("OTEL_SDK_DISABLED", "false", "`true`: nothing is exported"),
      of("OTEL_TRACES_EXPORTER", "otlp", "`otlp`, `console`, or `none` for no traces"),
      of(
        "OTEL_METRICS_EXPORTER",
        "otlp",
        "`otlp`, `console`, `prometheus`, or `none` for no metrics. `/metrics` is there in any case",
      ),
      of("OTEL_LOGS_EXPORTER", "otlp", "`otlp`, `console`, or `none` for no logs. Standard error has them in any case"),
      of("OTEL_SERVICE_NAME", "plumbline", "name of the service"),
      of("OTEL_RESOURCE_ATTRIBUTES", "", "`key=value,key=value`: goes with everything that is exported"),
      of(
        "OTEL_NODE_RESOURCE_DETECTORS",
        "service,host,process",
        "which facts go with everything that is exported; `none` for none",
      ),
      of("OTEL_SEMCONV_STABILITY_OPT_IN", "", "`gen_ai_latest_experimental`: the newest names of GenAI metrics"),
      of(
        "OTEL_CONFIG_FILE",
        "",
        "a declarative configuration file, which then says everything itself: no other variable of this page's telemetry is read",
      ),
      of("OTEL_LOG_LEVEL", "warn", "what the SDK reports of itself"),
      of("OTEL_NODE_EXPERIMENTAL_SDK_METRICS", "false", "`true`: metrics of the SDK itself"),
    ],
  ],
  [
    "The collector",
    [
      of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "where it is, such as `http://otel-collector:4318`; setting it begins the export",
      ),
      of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "`http/protobuf`, `http/json` or `grpc`"),
      of("OTEL_EXPORTER_OTLP_HEADERS", "", "`key=value,key=value`: sent along, such as a token"),
      of("OTEL_EXPORTER_OTLP_TIMEOUT", "10000", "milliseconds that one export may take"),
      of("OTEL_EXPORTER_OTLP_COMPRESSION", "none", "`gzip` or `none`"),
      of("OTEL_EXPORTER_OTLP_CERTIFICATE", "", "file with the authority to trust"),
      of("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "", "file with the certificate that is shown"),
      of("OTEL_EXPORTER_OTLP_CLIENT_KEY", "", "file with the key of that certificate"),
      of("OTEL_EXPORTER_OTLP_INSECURE", "false", "`true`: gRPC without TLS"),
      of("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "`cumulative`, `delta` or `lowmemory`"),
      of("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost", "of the exporter `prometheus`, which opens a port of its own"),
      of("OTEL_EXPORTER_PROMETHEUS_PORT", "9464", "its port"),
    ],
  ],
  [
    "Sampling and context",
    [
      of(
        "OTEL_TRACES_SAMPLER",
        "parentbased_always_on",
        "which traces are exported, such as `parentbased_traceidratio`",
      ),
      of("OTEL_TRACES_SAMPLER_ARG", "", "its share, such as `0.1`"),
      of(
        "OTEL_PROPAGATORS",
        "tracecontext,baggage",
        "how context is carried; to a target only with `traceparent: true`",
      ),
    ],
  ],
  [
    "Batches and limits",
    [
      of("OTEL_BSP_SCHEDULE_DELAY", "5000", "milliseconds between two batches of spans"),
      of("OTEL_BSP_MAX_QUEUE_SIZE", "2048", "spans that may wait; more are dropped and counted"),
      of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512", "spans of one batch"),
      of("OTEL_BSP_EXPORT_TIMEOUT", "30000", "milliseconds that one batch may take"),
      of("OTEL_BLRP_SCHEDULE_DELAY", "1000", "milliseconds between two batches of log records"),
      of("OTEL_BLRP_MAX_QUEUE_SIZE", "2048", "log records that may wait"),
      of("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "512", "log records of one batch"),
      of("OTEL_BLRP_EXPORT_TIMEOUT", "30000", "milliseconds that one batch may take"),
      of("OTEL_METRIC_EXPORT_INTERVAL", "60000", "milliseconds between two exports of metrics"),
      of("OTEL_METRIC_EXPORT_TIMEOUT", "30000", "milliseconds that one export may take"),
      of("OTEL_ATTRIBUTE_COUNT_LIMIT", "128", "attributes of a span or log record"),
      of("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "characters of a value; no limit when not set"),
      of("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "128", "attributes of a span"),
      of("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "characters of a value of a span"),
      of("OTEL_SPAN_EVENT_COUNT_LIMIT", "128", "events of a span"),
      of("OTEL_SPAN_LINK_COUNT_LIMIT", "128", "links of a span"),
      of("OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT", "128", "attributes of an event"),
      of("OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT", "128", "attributes of a link"),
      of("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "128", "attributes of an event"),
      of("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "128", "attributes of a link"),
      of("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "128", "attributes of a log record"),
      of("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "characters of a value of a log record"),
    ],
  ],
];
