import { Writable } from "node:stream";
import type { ExportArguments } from "../cli/export-words.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { systemClock } from "../std/clock.ts";
import { sayRefusal } from "./ask.ts";
import { variable } from "./variables.ts";

/** Passes on what a running service writes, as it comes: nothing is gathered on the way. */
export async function exportObservations({ url, format, sinceMs }: ExportArguments, io: Io): Promise<number> {
  const { env, stdout } = io;
  const nowMs = systemClock.nowMs();
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  const query = new URLSearchParams({ format, from: iso(nowMs - sinceMs), until: iso(nowMs) });
  const token = variable(env, "PLUMBLINE_TOKEN");
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(`${url}/api/v1/observations?${query.toString()}`, { headers, redirect: "error" });
  } catch {
    return sayRefusal(io, url, { kind: "unreachable" });
  }
  if (!response.ok || response.body === null) {
    const { error } = (await response.json().catch(() => ({}))) as { error?: string };
    return sayRefusal(io, url, {
      kind: "refused",
      status: response.status,
      error: error ?? `status ${response.status}`,
    });
  }
  const toStdout = new Writable({ write: (piece: Buffer, _encoding, written) => void stdout.write(piece, written) });
  await response.body.pipeTo(Writable.toWeb(toStdout));
  return exitCodes.fine;
}
