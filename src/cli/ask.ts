import type { Command } from "commander";
import type { z } from "zod";
import type { Answer, AnyRequest, Operation, OperationRequest } from "../operate/operation.ts";
import type { CliWorld, Effects } from "./effects.ts";
import { type ExitMeanings, endsWith } from "./exit-codes.ts";
import { exitCodes, type Io } from "./io.ts";

/** Which service is asked, and how its answer is shown. */
export interface AskOptions {
  readonly url: string;
  readonly json: boolean;
}

export const defaultUrl = "http://127.0.0.1:8080";
const meanings: ExitMeanings = { 0: "answered or done", 2: "the service refused", 5: "no service answered" };
const tokenHelp = "\nFor a service with tokens, set PLUMBLINE_TOKEN.";

/** Adds the options of a command that asks a running service and shows its answer, for people or as JSON. */
export function asking(command: Command, ends: ExitMeanings = meanings): Command {
  return askingAt(command.option("--json", "print JSON", false), ends);
}

/** The same for an answer that has one form only. */
export function askingAt(command: Command, ends: ExitMeanings = meanings): Command {
  const withUrl = command.option("--url <url>", "address of the service", defaultUrl);
  return endsWith(withUrl.addHelpText("after", tokenHelp), ends);
}

export type Reply<Data> = { readonly kind: "answered"; readonly data: Data; readonly body: unknown } | NotAnswered;

type NotAnswered =
  | { readonly kind: "refused"; readonly status: number; readonly error: string }
  | { readonly kind: "unreachable" }
  | { readonly kind: "unreadable" };

/** Sends one operation to a service; its answer is checked against the schema of the operation. */
export async function call<O extends Operation>(
  effects: Pick<Effects, "callService">,
  url: string,
  { method, path, answer }: O,
  { id = "", query = {}, body }: OperationRequest<O> & AnyRequest,
): Promise<Reply<Answer<O>>> {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString();
  const full = `${path.replace("{id}", encodeURIComponent(id))}${search === "" ? "" : `?${search}`}`;
  const response = await effects.callService(trimmed(url), { method, path: full, body });
  const given: unknown = await response?.json().catch(() => undefined);
  if (response === undefined || typeof given !== "object" || given === null) return { kind: "unreachable" };
  if (!response.ok) return { kind: "refused", status: response.status, error: errorIn(given, response.status) };
  const read = answer.safeParse("data" in given ? given.data : undefined);
  // The schema has checked it; only its members become read-only.
  return read.success
    ? { kind: "answered", data: read.data as Answer<O> & z.output<O["answer"]>, body: given }
    : { kind: "unreadable" };
}

export const trimmed = (url: string): string => url.replace(/\/+$/, "");

export function errorIn(body: unknown, status: number): string {
  const hasError = typeof body === "object" && body !== null && "error" in body && typeof body.error === "string";
  return hasError ? String(body.error) : `status ${status}`;
}

/** Sends one operation and prints its answer. */
export async function ask<O extends Operation>(
  { io, effects, done }: CliWorld,
  { url, json }: AskOptions,
  operation: O,
  request: OperationRequest<O> & AnyRequest,
  show: (answer: Answer<O>) => string,
): Promise<void> {
  const reply = await call(effects, url, operation, request);
  if (reply.kind !== "answered") return done(explain(io, url, reply));
  io.stdout.write(json ? `${JSON.stringify(reply.body)}\n` : show(reply.data));
  done(exitCodes.fine);
}

/** Says why a service did not do what was asked, and what to do; returns the exit code. */
export function explain({ stderr }: Io, url: string, reply: NotAnswered): number {
  switch (reply.kind) {
    case "unreachable":
      stderr.write(
        `no service answers at ${trimmed(url)}. Start one with plumbline start, or name another with --url.\n`,
      );
      return exitCodes.unhealthy;
    case "unreadable":
      stderr.write(
        `${trimmed(url)} answered in a format that this version can't read. Use the version of the service, or --json.\n`,
      );
      return exitCodes.unhealthy;
    case "refused": {
      const next = reply.status === 401 ? " Put a token into PLUMBLINE_TOKEN." : "";
      stderr.write(`${trimmed(url)} refused: ${reply.error}.${next}\n`);
      return exitCodes.usage;
    }
    default:
      return reply satisfies never;
  }
}
