import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** OTLP as protobuf, by the messages that OpenTelemetry publishes, in the shape that its JSON has. */
const messages = fileURLToPath(new URL("../fixtures/opentelemetry-proto", import.meta.url));

const requests: Readonly<Record<string, string>> = {
  "/v1/traces": "trace.v1.ExportTraceServiceRequest",
  "/v1/metrics": "metrics.v1.ExportMetricsServiceRequest",
  "/v1/logs": "logs.v1.ExportLogsServiceRequest",
};

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => `${messages}/${target}`;
root.loadSync(
  ["trace/v1/trace", "metrics/v1/metrics", "logs/v1/logs"].map(
    (service) => `opentelemetry/proto/collector/${service}_service.proto`,
  ),
);

/** Throws for what is no message of that path, and for what lies between its fields. */
export function decodeOtlp(path: string, body: Uint8Array): unknown {
  const name = requests[path];
  if (name === undefined) throw new Error(`nothing is exported to ${path}`);
  const type = root.lookupType(`opentelemetry.proto.collector.${name}`);
  return withHexIds(type.toObject(type.decode(body), { longs: String, bytes: String }));
}

const ids = new Set(["traceId", "spanId", "parentSpanId"]);

/** Ids are bytes in protobuf, and hexadecimal in OTLP's JSON; one that is not set has no bytes. */
function withHexIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withHexIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
      if (!ids.has(key)) return [[key, withHexIds(member)]];
      return member === "" ? [] : [[key, Buffer.from(String(member), "base64").toString("hex")]];
    }),
  );
}
