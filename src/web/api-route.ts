import type { z } from "zod";
import type { Control } from "../operate/control.ts";
import type { Scope } from "./access.ts";

export interface ApiRequest {
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly by: string;
}

export type ApiAnswer =
  | { readonly status: 200 | 201; readonly data: unknown }
  | { readonly status: 404 | 409; readonly error: string };

/** One thing the API can do. `path` is below `/api/v1`. */
export interface ApiRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly summary: string;
  /** What is answered when it was done; 200 unless something was made. */
  readonly status?: 201;
  /** It may be refused because of how things stand. */
  readonly conflicts?: true;
  readonly scope: Scope;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  handle(control: Control, request: ApiRequest): Promise<ApiAnswer>;
}

export function done(data: unknown): ApiAnswer {
  return { status: 200, data };
}

export function missing(what: string): ApiAnswer {
  return { status: 404, error: `there is no such ${what}` };
}
