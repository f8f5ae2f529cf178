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
  of("PLUMBLINE_CONFIG", "plumbline.yaml", "path of the configuration file; `--config` comes first"),
  of("PLUMBLINE_DATA", ".plumbline/data", "folder of the embedded store; ignored with DATABASE_URL"),
  of(
    "PLUMBLINE_SPOOL",
    "",
    "folder where workers keep results while the database is not reachable; by default a folder of this user in the temporary folder",
  ),
  of(
    "PLUMBLINE_METRICS",
    "`lean` above 2,000 probes",
    "`full` or `lean`: lean metrics keep `probe_success` for each probe, count runs and findings by target and location, measure calls by provider, model and server, and leave out the other gauges of probes",
  ),
  of("PLUMBLINE_QUEUE_SPANS", "", "`on` also exports the spans of the queue, about two of five spans"),
  of("PLUMBLINE_TOKEN", "", "token that commands send to a running service; needed if the service has `api.tokens`"),
  of("DEBUG", "", "any value: an internal error prints its stack trace, without its message"),
  of("NO_COLOR", "", "any value: no color, even on a terminal"),
  of("FORCE_COLOR", "", "any value but 0: color, even without a terminal"),
];

export const storeVariables: readonly Variable[] = [
  of("DATABASE_URL", "", "`postgres://user:password@host:5432/database`; PostgreSQL 14 or newer keeps everything"),
  of(
    "REDIS_URL",
    "",
    "`redis://:password@host:6379/0`, `redis+sentinel://:password@one:26379,two:26379/master/0` or `redis+cluster://:password@one:6379,two:6379`; `rediss` for TLS. Redis 6.2 or newer, or Valkey, keeps the queue. Needs DATABASE_URL",
  ),
  of("REDIS_PASSWORD", "", "password of Redis, if REDIS_URL contains none"),
  of("REDIS_SENTINEL_PASSWORD", "", "password of the Sentinels; the password in REDIS_URL is for Redis"),
  of("REDIS_CA_FILE", "", "file with the certificates of a private authority (PEM). Needs `rediss` in REDIS_URL"),
  of("REDIS_CERT_FILE", "", "file with the client certificate for Redis (PEM)"),
  of("REDIS_KEY_FILE", "", "file with the key of the client certificate (PEM)"),
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
    "file with additional certificate authorities, for every connection: stores, targets, receivers, collector",
  ),
  of("PGSSLMODE", "", "`sslmode`, if DATABASE_URL has none"),
];

/** Asked for by the program before the SDK is loaded, or read by the SDK. */
export const telemetryVariables: readonly (readonly [title: string, variables: readonly Variable[]])[] = [
  [
    "What to export",
    [
      of("OTEL_SDK_DISABLED", "false", "`true` exports nothing"),
      of("OTEL_TRACES_EXPORTER", "otlp", "`otlp`, `console`, or `none` for no traces"),
      of(
        "OTEL_METRICS_EXPORTER",
        "otlp",
        "`otlp`, `console`, `prometheus`, or `none` for no metrics. `/metrics` does not depend on it",
      ),
      of(
        "OTEL_LOGS_EXPORTER",
        "otlp",
        "`otlp`, `console`, or `none` for no logs. Standard error does not depend on it",
      ),
      of("OTEL_SERVICE_NAME", "plumbline", "name of the service"),
      of("OTEL_RESOURCE_ATTRIBUTES", "", "`key=value,key=value`: attributes of everything that Plumbline exports"),
      of(
        "OTEL_NODE_RESOURCE_DETECTORS",
        "service,host,process",
        "which detectors add attributes to everything that Plumbline exports; `none` for none",
      ),
      of("OTEL_SEMCONV_STABILITY_OPT_IN", "", "`gen_ai_latest_experimental` uses the newest names of GenAI metrics"),
      of(
        "OTEL_CONFIG_FILE",
        "",
        "a declarative configuration file of OpenTelemetry; Plumbline then ignores the other telemetry variables",
      ),
      of("OTEL_LOG_LEVEL", "warn", "log level of the SDK"),
      of("OTEL_NODE_EXPERIMENTAL_SDK_METRICS", "false", "`true` adds metrics about the SDK"),
    ],
  ],
  [
    "The collector",
    [
      of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "URL of the collector, such as `http://otel-collector:4318`; starts the export",
      ),
      of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "`http/protobuf`, `http/json` or `grpc`"),
      of("OTEL_EXPORTER_OTLP_HEADERS", "", "`key=value,key=value`: request headers, such as a token"),
      of("OTEL_EXPORTER_OTLP_TIMEOUT", "10000", "timeout of one export in milliseconds"),
      of("OTEL_EXPORTER_OTLP_COMPRESSION", "none", "`gzip` or `none`"),
      of("OTEL_EXPORTER_OTLP_CERTIFICATE", "", "file with the certificate authority"),
      of("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "", "file with the client certificate"),
      of("OTEL_EXPORTER_OTLP_CLIENT_KEY", "", "file with the key of the client certificate"),
      of("OTEL_EXPORTER_OTLP_INSECURE", "false", "`true` uses gRPC without TLS"),
      of("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "`cumulative`, `delta` or `lowmemory`"),
      of(
        "OTEL_EXPORTER_PROMETHEUS_HOST",
        "localhost",
        "address of the exporter `prometheus`, which opens its own port",
      ),
      of("OTEL_EXPORTER_PROMETHEUS_PORT", "9464", "port of the exporter `prometheus`"),
    ],
  ],
  [
    "Sampling and context",
    [
      of("OTEL_TRACES_SAMPLER", "parentbased_always_on", "which traces to export, such as `parentbased_traceidratio`"),
      of("OTEL_TRACES_SAMPLER_ARG", "", "share of traces, such as `0.1`"),
      of(
        "OTEL_PROPAGATORS",
        "tracecontext,baggage",
        "formats of trace context; Plumbline sends it to a target only with `traceparent: true`",
      ),
    ],
  ],
  [
    "Batches and limits",
    [
      of("OTEL_BSP_SCHEDULE_DELAY", "5000", "milliseconds between two batches of spans"),
      of("OTEL_BSP_MAX_QUEUE_SIZE", "2048", "most spans that wait; Plumbline drops and counts the rest"),
      of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512", "most spans in one batch"),
      of("OTEL_BSP_EXPORT_TIMEOUT", "30000", "timeout of one batch in milliseconds"),
      of("OTEL_BLRP_SCHEDULE_DELAY", "1000", "milliseconds between two batches of log records"),
      of("OTEL_BLRP_MAX_QUEUE_SIZE", "2048", "most log records that wait"),
      of("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "512", "most log records in one batch"),
      of("OTEL_BLRP_EXPORT_TIMEOUT", "30000", "timeout of one batch in milliseconds"),
      of("OTEL_METRIC_EXPORT_INTERVAL", "60000", "milliseconds between two exports of metrics"),
      of("OTEL_METRIC_EXPORT_TIMEOUT", "30000", "timeout of one export in milliseconds"),
      of("OTEL_ATTRIBUTE_COUNT_LIMIT", "128", "most attributes of a span or log record"),
      of("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "most characters of a value; no limit if not set"),
      of("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "128", "most attributes of a span"),
      of("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "most characters of a value of a span"),
      of("OTEL_SPAN_EVENT_COUNT_LIMIT", "128", "most events of a span"),
      of("OTEL_SPAN_LINK_COUNT_LIMIT", "128", "most links of a span"),
      of("OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT", "128", "most attributes of an event"),
      of("OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT", "128", "most attributes of a link"),
      of("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "128", "most attributes of an event"),
      of("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "128", "most attributes of a link"),
      of("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "128", "most attributes of a log record"),
      of("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "most characters of a value of a log record"),
    ],
  ],
];
