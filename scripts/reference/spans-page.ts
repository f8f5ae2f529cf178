import { type MetricSpec, metrics } from "../../src/telemetry/metric-names.ts";
import { attributes } from "../../src/telemetry/names.ts";
import { type SpanWords, spanWords } from "../../src/telemetry/span-words.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";
import { meaningOf, valuesOf } from "./telemetry-words.ts";

const intro = [
  "Each slot is a trace of its own, exported when a collector is configured ([environment](environment.md#telemetry)). It begins with the span `probe`, which is linked to the span `addBulk` (PRODUCER) that put the slots of the coming seconds into the queue, or to `add` if a person asked for the run. " +
    "Names of the GenAI conventions are those of v1.41, those of HTTP the stable ones. What can be asked of them is in [for analysts](../analysts.md).",
  "No prompt, completion, key or header is in any attribute.",
];

const queueSpans: readonly (readonly [name: string, kind: string, meaning: string])[] = [
  [
    "process <queue>",
    "CONSUMER",
    "a worker has taken a job: the slots of a quarter of a second, or a delivery; begins a trace, linked to its `add` or `addBulk`; ERROR when the job failed",
  ],
  ["addBulk <queue>", "PRODUCER", "the slots of the coming seconds are put into the queue"],
  ["add <queue>.<job>", "PRODUCER", "a job is put into the queue: a run that a person asked for, or a delivery"],
  ["complete <queue>", "INTERNAL", "the job is marked as done"],
  ["startStalledCheckTimer <queue>", "INTERNAL", "a worker begins to look for jobs whose worker is gone"],
  ["moveStalledJobsToWait <queue>", "INTERNAL", "it looks, and takes them over"],
  ["close <queue>", "INTERNAL", "a worker or queue is closed"],
];

const absent: readonly (readonly [what: string, why: string])[] = [
  [
    "`gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions`, `gen_ai.tool.definitions`",
    "they are prompts and completions; there is no content capture, and no setting that switches it on",
  ],
  ["`gen_ai.request.stop_sequences`", "a piece of what was asked, in words of whoever wrote the scenario"],
  [
    "`gen_ai.usage.cache_creation.input_tokens` and its new name",
    "chat completions do not report what was written to a cache",
  ],
  ["`openai.response.system_fingerprint`", "no judge reads it, and observations do not keep it"],
  [
    "`http.response.header.<key>`",
    "headers echo keys; the request id, which is wanted for tickets, is `plumbline.request_id`",
  ],
  ["`url.template`", "`url.full` has no query and no part that varies"],
  [
    "`http.client.request.duration`",
    "an attempt's time is its span's; `gen_ai.client.operation.duration` counts the call, `plumbline.requests` the attempts",
  ],
  ["`gen_ai.server.*`", "a client must not write them"],
  [
    "`gen_ai.client.inference.usage.*`, of the newest names",
    "they need the modality of each token, which chat completions do not report; the histograms of tokens are there",
  ],
  [
    "events `exception`, `gen_ai.client.operation.exception`",
    "events of spans are deprecated; exceptions are log records with the ids of trace and span",
  ],
  [
    "`messaging.*`",
    "the queue's spans are BullMQ's, which names them `bullmq.*`; `plumbline.queue.depth` and `plumbline.slot.lateness` say how the queue does",
  ],
  ["exemplars", "the SDK has none; `/api/v1/observations` and the logs give each run its trace id"],
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
    `## All spans\n\n${table(["span", "kind", "below", "linked to", "ERROR when", "what it is"], overview)}`,
    ...spans.map((span) => `## ${code(span.name)}\n\n${sentence(span.meaning)}\n\n${attributeTable(span)}`),
    `## The queue's own\n\nExported only with \`PLUMBLINE_QUEUE_SPANS=on\`. Written by BullMQ, with attributes that begin with \`bullmq.\`: name of the queue, id of the job, attempts. \`<queue>\` is \`plumbline-slots-<location>\` or \`plumbline-deliveries\`.\n\n${table(
      ["span", "kind", "what it is"],
      queueSpans.map(([name, kind, meaning]) => [code(name), kind, sentence(meaning)]),
    )}`,
    `## The namespace plumbline\n\nEvery attribute of our own, and where it is.\n\n${table(
      ["attribute", "on spans", "on metrics", "what it says"],
      Object.values(attributes)
        .filter((name) => name.startsWith("plumbline."))
        .map((name) => [code(name), spansWith(name, spans), metricsWith(name), sentence(meaningOf(name))]),
    )}`,
    `## What is left out\n\nNames of the conventions that are not written, and why.\n\n${table(
      ["name", "why not"],
      absent.map(([what, why]) => [what, sentence(why)]),
    )}`,
    `## The resource\n\n${table(
      ["attribute", "what it says"],
      [
        ["`service.name`", "`plumbline`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` says otherwise."],
        ["`service.version`", "The program's version."],
      ],
    )}\nEverything in \`OTEL_RESOURCE_ATTRIBUTES\` is there as well. A file named by \`OTEL_CONFIG_FILE\` says all of it itself.\n`,
  ].join("\n");
}

function attributeTable({ name: span, attributes: names }: SpanWords): string {
  const rows = names.map((name) => [code(name), valuesOf(name, span), sentence(meaningOf(name))]);
  return table(["attribute", "values", "what it says"], rows);
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
