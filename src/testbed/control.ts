import type { IncomingMessage } from "node:http";
import { type Json, isJsonObject } from "../std/json.ts";
import { type DriftName, driftNamed, drifts } from "./drifts.ts";
import { type PassingReply, textReply } from "./upstream.ts";

/** Activates and deactivates drifts. */
export interface DriftSwitch {
  inject(name: DriftName): void;
  clear(name: DriftName): void;
  active(): readonly DriftName[];
}

export const controlPath = "/__testbed/drifts";

/**
 * `GET /__testbed/drifts` lists the drifts; `POST` with `{"name": "...", "active": true}` switches one and lists them.
 * Answers undefined for every other path.
 */
export function answerControl(request: IncomingMessage, body: Buffer, drift: DriftSwitch): PassingReply | undefined {
  const [path] = (request.url ?? "").split("?");
  if (path !== controlPath) return undefined;
  switch (request.method) {
    case "GET":
      return listed(drift);
    case "POST":
      return switched(body, drift);
    default:
      return errorReply(405, "use GET to list the drifts and POST to switch one");
  }
}

function switched(body: Buffer, drift: DriftSwitch): PassingReply {
  const command = parsed(body);
  if (!isJsonObject(command) || typeof command["name"] !== "string" || typeof command["active"] !== "boolean") {
    return errorReply(400, 'expected {"name": "<drift>", "active": true or false}');
  }
  const known = driftNamed(command["name"]);
  if (known === undefined)
    return errorReply(404, `no such drift; there are ${drifts.map(({ name }) => name).join(", ")}`);
  if (command["active"]) drift.inject(known.name);
  else drift.clear(known.name);
  return listed(drift);
}

function parsed(body: Buffer): Json {
  try {
    return JSON.parse(body.toString("utf8")) as Json;
  } catch {
    return null;
  }
}

function listed(drift: DriftSwitch): PassingReply {
  const active = new Set<string>(drift.active());
  const list = drifts.map(({ name, sentence, reportedAs }) => ({
    name,
    active: active.has(name),
    sentence,
    reportedAs,
  }));
  return textReply(200, { "content-type": "application/json" }, `${JSON.stringify({ drifts: list }, null, 2)}\n`);
}

function errorReply(status: number, message: string): PassingReply {
  return textReply(status, { "content-type": "application/json" }, `${JSON.stringify({ error: { message } })}\n`);
}
