import type { AuditDocument } from "../audit/document.ts";
import type { AuditFormat } from "../audit/render/formats.ts";
import type { StarterChoices } from "../config/starter/starter.ts";
import type { BaselineFile } from "../operate/baselines.ts";
import type { FailOn } from "../report/run-outcome.ts";
import type { ReporterName } from "../report/reporters.ts";
import type { Io } from "./io.ts";

/** A request to the HTTP API of a running service; `path` is below `/api/v1`. */
export interface ServiceRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The answer may take as long as it likes. */
  readonly isStreamed?: boolean;
}

export interface RunArguments {
  readonly config: string;
  readonly probes: readonly string[];
  readonly reports: readonly ReportTo[];
  readonly failOn: FailOn | undefined;
  /** What to judge against. */
  readonly baselines: readonly BaselineFile[];
  /** How many probes run at the same time. */
  readonly concurrency: number;
}

/** undefined: standard output. */
export interface ReportTo {
  readonly reporter: ReporterName;
  readonly file: string | undefined;
}

export type RoleName = "scheduler" | "worker" | "notifier" | "web";

export interface StartArguments {
  readonly config: string;
  readonly roles: readonly RoleName[];
  readonly locations: readonly string[];
  readonly concurrency: number;
  readonly graceMs: number;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** How long to wait for somebody else to migrate the schema; undefined = it is done here. */
  readonly awaitSchemaMs: number | undefined;
  /** How long to wait for a store or a queue that can't be reached. */
  readonly awaitStoresMs: number;
}

export interface AuditArguments {
  readonly target: string;
  readonly config: string;
  readonly out: string;
  readonly format: AuditFormat;
  readonly approvedMicroUsd: number | undefined;
  readonly yes: boolean;
  /** A file with pinned expectations of replies. */
  readonly expect: string | undefined;
  readonly json: boolean;
}

export interface McpArguments {
  /** The service that is asked. */
  readonly url: string;
  readonly scope: "read" | "write";
  /** undefined: standard input and output. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** A folder with kept audits. */
  readonly audits: string | undefined;
}

export interface CompareArguments {
  readonly candidate: string;
  /** undefined: what the candidate names as `sameAs`. */
  readonly reference: string | undefined;
  readonly config: string;
  readonly maxRequests: number;
  readonly errorRate: number;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What commands do to the world outside. Those that resolve to a number resolve to the exit code. */
export interface Effects {
  nowMs(): number;
  sleep(ms: number, until: AbortSignal): Promise<void>;
  /** With the token of the environment. Undefined: nothing answers at this address. */
  callService(url: string, request: ServiceRequest): Promise<Response | undefined>;
  /** Undefined: the file can't be read. */
  readText(file: string): string | undefined;
  /** False: the file exists already, and nothing was written. */
  writeNew(file: string, text: string): boolean;
  demo(options: { readonly once: boolean; readonly data: string | undefined; readonly open: boolean }): Promise<number>;
  /** Asks nothing if the file exists. */
  init(file: string, choose: () => Promise<StarterChoices>): Promise<number>;
  validate(file: string, json: boolean): Promise<number>;
  run(options: RunArguments): Promise<number>;
  start(options: StartArguments): Promise<number>;
  /** Without a document, nothing was sent. */
  audit(wanted: AuditArguments): Promise<{ readonly exitCode: number; readonly document?: AuditDocument }>;
  /** Undefined: the file is not an audit. */
  readAudit(file: string): Promise<AuditDocument | undefined>;
  /** Undefined: every receiver. */
  alertTest(receiver: string | undefined, config: string, json: boolean): Promise<number>;
  compare(wanted: CompareArguments): Promise<number>;
  migrate(json: boolean): Promise<number>;
  mcp(options: McpArguments): Promise<number>;
  testbed(port: number, drifts: readonly string[]): Promise<number>;
}

/** What a family of commands is given. */
export interface CliWorld {
  readonly io: Io;
  readonly effects: Effects;
  /** The configuration that is read when no other is named. */
  readonly defaultConfig: string;
  /** Receives the exit code of the command that was run. */
  readonly done: (exitCode: number) => void;
}
