import type { z } from "zod";
import type { Json } from "../std/json.ts";

/** `read` looks, `write` changes; `write` includes `read`. */
export type Scope = "read" | "write";

/** What may be missing, so that the answer is 404; `id` describes the `{id}` of the path. */
interface Subject {
  readonly id?: string;
  readonly missing: string;
}

export const subjectOf = (noun: string, id: string): Subject => ({ id, missing: `there is no such ${noun}` });

/**
 * One thing that people can ask of a running service, or do to it. The routes, the OpenAPI document, the client of the
 * command line and the types of requests and answers come from these definitions.
 */
export interface Operation {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/api/v1`. */
  readonly path: string;
  /** A former path, which is served as well and says that it is deprecated. */
  readonly formerPath?: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly subject?: Subject;
  /** The state of things may refuse it, so that the answer is 409. */
  readonly conflicts?: true;
  /** 200 unless something is created. */
  readonly status?: 201;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}

/** Decoded JSON for its readers: nothing can be changed, and only the members that the schema names can be read. */
export type Plain<T> = [Json] extends [T]
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T extends object
      ? keyof Named<T> extends never
        ? { readonly [Key in keyof T]: Plain<T[Key]> }
        : Named<T>
      : T;
type Named<T> = {
  readonly [Key in keyof T as string extends Key ? never : number extends Key ? never : Key]: Plain<T[Key]>;
};

export type Answer<O extends Operation> = Plain<z.output<O["answer"]>>;

/** What a caller sends: members with a default may be left out. */
export type OperationRequest<O extends Operation> = (O["path"] extends `${string}{id}${string}`
  ? { readonly id: string }
  : unknown) &
  (O extends { readonly query: infer Query extends z.ZodType } ? { readonly query?: z.input<Query> } : unknown) &
  (O extends { readonly body: infer Body extends z.ZodType } ? { readonly body: Plain<z.input<Body>> } : unknown);

/** The same of any operation, as far as sending it needs to know. */
export interface AnyRequest {
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** It can't be done just now, and why. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: string;
}

export function refused(reason: string): Refused {
  return { kind: "refused", reason };
}
