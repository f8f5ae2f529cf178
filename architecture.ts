/** The rooms of src/, what each may import from beside itself and std, and why. The linter and a test read this table. */
export interface Room {
  readonly mayImport: readonly string[];
  readonly why: string;
}

const domain = ["probe", "exchange", "observation", "scenario", "baseline", "judgement", "incident", "alert"] as const;

export const rooms: Readonly<Record<string, Room>> = {
  std: { mayImport: [], why: "knows no word of the domain" },
  telemetry: { mayImport: [], why: "names and start-up of telemetry, usable by every room" },
  probe: { mayImport: [], why: "the words everything else is said in" },
  config: { mayImport: ["probe"], why: "text to probes; knows nothing of running them" },
  exchange: { mayImport: ["probe"], why: "one HTTP conversation; has no opinion of it" },
  observation: { mayImport: ["probe", "exchange"], why: "facts of a reply; no opinion" },
  scenario: { mayImport: ["probe", "exchange", "observation"], why: "what is asked; never asks itself" },
  baseline: { mayImport: ["probe", "observation"], why: "what was normal; does not judge" },
  judgement: { mayImport: domain.slice(0, 5), why: "pure opinion on facts; no incident is its business" },
  incident: { mayImport: domain.slice(0, 6), why: "what opinions amount to over time" },
  alert: { mayImport: domain.slice(0, 7), why: "telling people; never judges" },
  run: {
    mayImport: [...domain, "config", "telemetry"],
    why: "tells the life of one slot; knows the store as a port only",
  },
  schedule: { mayImport: ["probe", "run"], why: "when; never what" },
  store: { mayImport: [...domain, "run", "schedule"], why: "keeps what the others decided" },
  report: { mayImport: [...domain, "run"], why: "pure text from results" },
  audit: { mayImport: [...domain, "run"], why: "plays the catalogue once and writes it up; opens nothing itself" },
  testbed: {
    mayImport: ["judgement"],
    why: "a provider to try things on; a drift names the kind of finding it must cause",
  },
  demo: { mayImport: [...domain, "config", "run", "report", "testbed"], why: "a story told with the real program" },
  cli: { mayImport: ["report", "audit"], why: "the words a person types; what they do is handed in" },
  web: { mayImport: ["incident", "run", "schedule"], why: "health, state and people's acts over HTTP" },
  app: {
    mayImport: [
      ...domain,
      "config",
      "run",
      "schedule",
      "store",
      "report",
      "audit",
      "testbed",
      "demo",
      "cli",
      "web",
      "telemetry",
    ],
    why: "the composition root: the only room that knows adapters",
  },
  "main.ts": { mayImport: ["app", "cli"], why: "the entry" },
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
  undici: fromApp("src/exchange/undici-attempt.ts", "src/alert/post-undici.ts"),
  "gpt-tokenizer": fromApp("src/observation/gpt-tokens.ts"),
  nodemailer: fromApp("src/alert/mail-nodemailer.ts"),
  bullmq: fromApp("src/schedule/bullmq.ts"),
  ioredis: { files: ["src/schedule/redis-clients.ts"], usedBy: ["schedule"] },
  pg: fromApp("src/store/pools/postgres.ts"),
  "@electric-sql/pglite": fromApp("src/store/pools/pglite.ts"),
  "@opentelemetry/sdk-node": fromApp("src/telemetry/telemetry.ts"),
  "@opentelemetry/sdk-trace": fromApp("src/telemetry/telemetry.ts"),
  "@opentelemetry/sdk-metrics": { files: ["src/telemetry/prometheus.ts"], usedBy: ["telemetry"] },
  "@opentelemetry/exporter-prometheus": { files: ["src/telemetry/prometheus.ts"], usedBy: ["telemetry"] },
  pino: fromApp("src/telemetry/log.ts"),
  hono: {
    files: [
      "src/web/serve.ts",
      "src/web/mount-api.ts",
      "src/web/mount-acts.ts",
      "src/web/mount-export.ts",
      "src/web/guard.ts",
    ],
    usedBy: ["app", "web"],
  },
  "@hono/node-server": fromApp("src/web/serve.ts"),
  "@copilotkit/aimock": { files: ["src/testbed/provider.ts"], usedBy: ["testbed"] },
  standardwebhooks: { files: ["src/demo/receiver.ts"], usedBy: ["demo"] },
  "log-update": { files: ["src/demo/screen.ts"], usedBy: ["demo", "app"] },
};
