import type { Context } from "hono";
import type { Operations } from "../operate/operations.ts";
import type { Scope } from "../operate/operation.ts";
import type { Visit, VisitWorld } from "./visits.ts";

export interface PagesWorld extends VisitWorld {
  readonly operations: Operations;
  /** What the monitor itself lacks, in words. */
  readonly troubles: () => readonly string[];
  /** Names of the configured targets. */
  readonly targets: readonly string[];
  /** Address of one trace, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined;
}

/** A request for a page by somebody who may make it. */
export interface PageRequest {
  readonly visit: Visit;
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  /** Of a POST: what the form held. */
  readonly form: URLSearchParams;
  readonly context: Context;
}

/** One page, or one thing done from a page. Undefined: there is no such thing. */
export interface PageRoute {
  readonly method: "get" | "post";
  readonly path: string;
  readonly scope: Scope;
  readonly answer: (world: PagesWorld, request: PageRequest) => Promise<string | Response | undefined>;
}
