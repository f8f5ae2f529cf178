/** The rooms of src/, what each may import from beside itself and std, and why. The linter and a test read this table. */
export interface Room {
  readonly mayImport: readonly string[];
  readonly why: string;
}

export const rooms: Readonly<Record<string, Room>> = {
  std: { mayImport: [], why: "knows no word of the domain" },
  telemetry: { mayImport: [], why: "names and start-up of telemetry, usable by every room" },
  probe: { mayImport: [], why: "holds the words that every other room uses" },
  exchange: { mayImport: ["probe"], why: "holds one HTTP conversation and has no opinion of it" },
  protocol: { mayImport: ["probe", "exchange"], why: "speaks one endpoint family on the wire" },
  observation: { mayImport: ["probe", "exchange", "protocol"], why: "turns a reply into facts, without opinion" },
  scenario: { mayImport: ["probe", "exchange", "protocol", "observation"], why: "says what to ask; never asks" },
  baseline: { mayImport: ["probe"], why: "holds what was normal; never judges" },
  judgement: {
    mayImport: ["probe", "exchange", "observation", "scenario", "baseline"],
    why: "forms pure opinions on facts; knows no incidents",
  },
  incident: { mayImport: ["probe", "judgement"], why: "turns opinions into states over time" },
  notify: {
    mayImport: ["telemetry", "probe", "judgement", "incident"],
    why: "the one way to people; never judges",
  },
  receivers: { mayImport: ["probe", "notify"], why: "one folder and one row per receiver" },
  config: { mayImport: ["probe", "receivers"], why: "turns text into probes; never runs them" },
  run: {
    mayImport: [
      "telemetry",
      "probe",
      "exchange",
      "protocol",
      "observation",
      "scenario",
      "baseline",
      "judgement",
      "incident",
      "notify",
    ],
    why: "tells the life of one slot; knows the store as a port only",
  },
  upkeep: {
    mayImport: ["probe", "scenario", "baseline", "judgement", "incident", "notify", "run"],
    why: "holds the periodic jobs of the elected process",
  },
  operate: {
    mayImport: [
      "probe",
      "observation",
      "scenario",
      "baseline",
      "judgement",
      "incident",
      "notify",
      "config",
      "run",
      "schedule",
      "upkeep",
      "audit",
    ],
    why: "holds what people ask and do",
  },
  schedule: { mayImport: ["probe"], why: "decides when; never what" },
  store: {
    mayImport: [
      "probe",
      "observation",
      "baseline",
      "judgement",
      "incident",
      "notify",
      "run",
      "upkeep",
      "operate",
      "schedule",
      "audit",
    ],
    why: "keeps what the other rooms decided",
  },
  report: { mayImport: ["probe", "judgement", "incident", "notify", "run", "operate"], why: "turns results into text" },
  audit: {
    mayImport: ["probe", "protocol", "observation", "scenario", "judgement", "run"],
    why: "plays the catalogue once and writes it up; opens nothing itself",
  },
  testbed: { mayImport: ["judgement"], why: "a provider to try things on" },
  demo: {
    mayImport: ["probe", "judgement", "notify", "config", "operate", "report", "testbed", "cli"],
    why: "a story told with the real program",
  },
  cli: {
    mayImport: ["notify", "config", "operate", "report", "audit"],
    why: "holds the commands, one file per family: words, request and text; their effects are passed in",
  },
  mcp: { mayImport: ["operate"], why: "what an assistant can ask; the service is asked through a port" },
  pages: {
    mayImport: ["observation", "incident", "notify", "operate", "audit"],
    why: "draws HTML from what operations answer; asks nobody and knows no HTTP",
  },
  web: {
    mayImport: ["probe", "incident", "operate", "schedule", "pages"],
    why: "health, state, operations and pages over HTTP",
  },
  app: {
    mayImport: [
      "telemetry",
      "probe",
      "exchange",
      "observation",
      "judgement",
      "scenario",
      "incident",
      "notify",
      "receivers",
      "config",
      "run",
      "upkeep",
      "operate",
      "schedule",
      "store",
      "report",
      "audit",
      "testbed",
      "demo",
      "cli",
      "mcp",
      "pages",
      "web",
    ],
    why: "the composition root: the only room that knows adapters",
  },
  "main.ts": { mayImport: ["cli", "app"], why: "the entry" },
};

/** A package that talks to the outside or brings a world of its own, and the only files that may know of it. */
export interface Adapter {
  readonly files: readonly string[];
  /** The rooms that may import those files as values; `app` unless a room is itself built of them. */
  readonly usedBy: readonly string[];
}

const fromApp = (...files: readonly string[]): Adapter => ({ files, usedBy: ["app"] });

/** Tests may import any of them; their types stay inside as well. */
export const adapters: Readonly<Record<string, Adapter>> = {
  undici: fromApp("src/exchange/undici-attempt.ts", "src/notify/deliver/post-undici.ts"),
  "gpt-tokenizer": fromApp("src/observation/gpt-tokens.ts"),
  nodemailer: fromApp("src/notify/deliver/mail-nodemailer.ts"),
  bullmq: fromApp("src/schedule/bullmq.ts"),
  ioredis: { files: ["src/schedule/redis-clients.ts"], usedBy: ["schedule"] },
  pg: fromApp("src/store/pools/postgres.ts"),
  "@electric-sql/pglite": fromApp("src/store/pools/pglite.ts"),
  "@opentelemetry/sdk-node": fromApp("src/telemetry/telemetry.ts"),
  "@opentelemetry/sdk-trace": fromApp("src/telemetry/telemetry.ts"),
  "@opentelemetry/sdk-metrics": { files: ["src/telemetry/prometheus.ts"], usedBy: ["telemetry"] },
  "@opentelemetry/exporter-prometheus": { files: ["src/telemetry/prometheus.ts"], usedBy: ["telemetry"] },
  "openid-client": fromApp("src/app/open-id.ts"),
  pino: fromApp("src/telemetry/log.ts"),
  hono: {
    files: [
      "src/web/route.ts",
      "src/web/openapi.ts",
      "src/web/action-pages.ts",
      "src/web/guard.ts",
      "src/web/visits.ts",
      "src/web/page-route.ts",
      "src/web/events.ts",
      "src/web/page-acts.ts",
      "src/web/form-tokens.ts",
      "src/web/public-status.ts",
      "src/web/kept.ts",
      "src/web/open-id.ts",
    ],
    usedBy: ["app", "web"],
  },
  "@hono/zod-openapi": {
    files: [
      "src/web/route.ts",
      "src/web/responses.ts",
      "src/web/openapi.ts",
      "src/web/serve.ts",
      "src/web/status.ts",
      "src/web/export.ts",
      "src/web/action-pages.ts",
      "src/web/guard.ts",
      "src/web/same-site.ts",
      "src/web/pages.ts",
      "src/web/sign-in.ts",
      "src/web/events.ts",
      "src/web/public-status.ts",
      "src/web/open-id.ts",
      "src/web/service-events.ts",
    ],
    usedBy: ["app", "web"],
  },
  "@hono/node-server": fromApp("src/web/serve.ts"),
  "@copilotkit/aimock": { files: ["src/testbed/provider.ts"], usedBy: ["testbed"] },
  "@modelcontextprotocol/sdk": { files: ["src/mcp/server.ts", "src/mcp/serve.ts"], usedBy: ["app", "mcp"] },
  standardwebhooks: { files: ["src/demo/receiver.ts"], usedBy: ["demo"] },
};
