import { type MetricSpec, metrics } from "../../src/telemetry/metric-names.ts";
import { attributes } from "../../src/telemetry/names.ts";
import { type SpanWords, spanWords } from "../../src/telemetry/span-words.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";
import { meaningOf, valuesOf } from "./telemetry-words.ts";

const intro = [
  "Each slot is one trace. Plumbline exports it if you configure a collector ([environment](environment.md#telemetry)). A trace starts with the span `probe`, which has a link to the span `addBulk` (PRODUCER) that put the slot into the queue, or to `add` if a person asked for the run. " +
    "Names follow the GenAI conventions v1.41 and the stable HTTP conventions. Example queries: [for analysts](../analysts.md).",
  "No attribute contains a prompt, a completion, a key or a header.",
];

const queueSpans: readonly (readonly [name: string, kind: string, meaning: string])[] = [
  [
    "process <queue>",
    "CONSUMER",
    "a worker has taken a job: the slots of a quarter of a second, or a delivery; starts a trace with a link to `add` or `addBulk`; ERROR if the job failed",
  ],
  ["addBulk <queue>", "PRODUCER", "the scheduler puts the slots of the next seconds into the queue"],
  ["add <queue>.<job>", "PRODUCER", "a job enters the queue: a run that a person asked for, or a delivery"],
  ["complete <queue>", "INTERNAL", "marks the job as done"],
  ["startStalledCheckTimer <queue>", "INTERNAL", "a worker starts to check for jobs of dead workers"],
  ["moveStalledJobsToWait <queue>", "INTERNAL", "the worker takes over such jobs"],
  ["close <queue>", "INTERNAL", "closes a worker or queue"],
];

const absent: readonly (readonly [what: string, why: string])[] = [
  [
    "`gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions`, `gen_ai.tool.definitions`",
    "these are prompts and completions; no setting captures content",
  ],
  ["`gen_ai.request.stop_sequences`", "part of the prompt"],
  ["`gen_ai.usage.cache_creation.input_tokens` and its new name", "chat completions do not report cache writes"],
  ["`openai.response.system_fingerprint`", "no judge uses it, and observations do not contain it"],
  [
    "`http.response.header.<key>`",
    "headers can repeat keys; the request ID for support tickets is `plumbline.request_id`",
  ],
  ["`url.template`", "`url.full` has no query and no part that varies"],
  [
    "`http.client.request.duration`",
    "the span has the duration of the attempt; `gen_ai.client.operation.duration` has the duration of the call, and `plumbline.requests` counts attempts",
  ],
  ["`gen_ai.server.*`", "a client must not write them"],
  [
    "`gen_ai.client.inference.usage.*`, of the newest names",
    "they need the modality of each token, which chat completions do not report; use the histograms of tokens",
  ],
  [
    "events `exception`, `gen_ai.client.operation.exception`",
    "events of spans are deprecated; exceptions are log records with trace ID and span ID",
  ],
  [
    "`messaging.*`",
    "BullMQ writes the spans of the queue and names their attributes `bullmq.*`; for the state of the queue, see `plumbline.queue.depth` and `plumbline.slot.lateness`",
  ],
  ["exemplars", "the SDK has none; `/api/v1/observations` and the logs contain the trace ID of each run"],
];

/** The page about spans, from the tables of names and words. */
export function spansPage(): string {
  const spans = Object.values<SpanWords>(spanWords);
  const overview = spans.map(({ name, kind, below, meaning, error, links }) => [
    `[${code(name)}](#${anchor(name)})`,
    kind,
    below,
    links,
    sentence(error),
    sentence(meaning),
  ]);
  return [
    titled("Spans", "`src/telemetry/`", ...intro),
    `## All spans\n\n${table(["span", "kind", "parent", "links to", "ERROR if", "meaning"], overview)}`,
    ...spans.map((span) => `## ${code(span.name)}\n\n${sentence(span.meaning)}\n\n${attributeTable(span)}`),
    `## Spans of the queue\n\nPlumbline exports them only with \`PLUMBLINE_QUEUE_SPANS=on\`. BullMQ writes them, with attributes that begin with \`bullmq.\`: name of the queue, ID of the job, attempts. \`<queue>\` is \`plumbline-slots-<location>\` or \`plumbline-deliveries\`.\n\n${table(
      ["span", "kind", "meaning"],
      queueSpans.map(([name, kind, meaning]) => [code(name), kind, sentence(meaning)]),
    )}`,
    `## The namespace plumbline\n\nThe attributes that only Plumbline has.\n\n${table(
      ["attribute", "on spans", "on metrics", "meaning"],
      Object.values(attributes)
        .filter((name) => name.startsWith("plumbline."))
        .map((name) => [code(name), spansWith(name, spans), metricsWith(name), sentence(meaningOf(name))]),
    )}`,
    `## What Plumbline does not write\n\nThe conventions have these names too.\n\n${table(
      ["name", "why not"],
      absent.map(([what, why]) => [what, sentence(why)]),
    )}`,
    `## The resource\n\n${table(
      ["attribute", "meaning"],
      [
        ["`service.name`", "`plumbline`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` sets another name."],
        ["`service.version`", "Version of Plumbline."],
      ],
    )}\nThe resource also has everything in \`OTEL_RESOURCE_ATTRIBUTES\`. A file in \`OTEL_CONFIG_FILE\` replaces all of it.\n`,
  ].join("\n");
}

function attributeTable({ name: span, attributes: names }: SpanWords): string {
  const rows = names.map((name) => [code(name), valuesOf(name, span), sentence(meaningOf(name))]);
  return table(["attribute", "values", "meaning"], rows);
}

function spansWith(attribute: string, spans: readonly SpanWords[]): string {
  return spans
    .filter(({ attributes: names }) => names.includes(attribute))
    .map(({ name }) => code(name))
    .join(", ");
}

const mostNamed = 3;

function metricsWith(attribute: string): string {
  const names = Object.values<MetricSpec>(metrics)
    .filter((spec) => spec.attributes.includes(attribute))
    .map(({ name }) => code(name));
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [`[${more} more](metrics.md)`] : [])].join(", ");
}
