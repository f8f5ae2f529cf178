import { StringDecoder } from "node:string_decoder";
import { type Json, type JsonObject, isJsonObject } from "../std/json.ts";

type Edit = (body: JsonObject) => JsonObject;

/** The edited text, or undefined when there is nothing to edit. Text that is not a JSON object stays unchanged. */
export function editJsonText(text: string, edit: Edit): string | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed)) return undefined;
  const edited = edit(parsed);
  return edited === parsed ? undefined : JSON.stringify(edited);
}

export interface EventEdit {
  readonly edit: Edit;
  readonly dropDone: boolean;
}

/** One server-sent event without its blank line; undefined when the event is to be left out. */
export function editEvent(event: string, { edit, dropDone }: EventEdit): string | undefined {
  const lines = event.split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, ""));
  const text = data.join("\n");
  if (text === "[DONE]") return dropDone ? undefined : event;
  const edited = editJsonText(text, edit);
  if (edited === undefined) return event;
  return [...lines.filter((line) => !line.startsWith("data:")), `data: ${edited}`].join("\n");
}

/** Edits a stream event by event, forwarding each as soon as it is complete. */
export async function* editEvents(body: AsyncIterable<Buffer>, eventEdit: EventEdit): AsyncGenerator<Buffer> {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  for await (const chunk of body) {
    pending += decoder.write(chunk);
    for (let end = /\r?\n\r?\n/.exec(pending); end !== null; end = /\r?\n\r?\n/.exec(pending)) {
      const edited = editEvent(pending.slice(0, end.index), eventEdit);
      if (edited !== undefined) yield Buffer.from(edited + end[0]);
      pending = pending.slice(end.index + end[0].length);
    }
  }
  pending += decoder.end();
  if (pending !== "") yield Buffer.from(editEvent(pending, eventEdit) ?? "");
}

/** Cuts a body into pieces with a pause before each but the first. */
export async function* trickle(
  body: AsyncIterable<Buffer>,
  pace: { readonly pieceBytes: number; readonly gapMs: number },
  sleep: (durationMs: number) => Promise<void>,
): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += pace.pieceBytes) {
      if (!first) await sleep(pace.gapMs);
      first = false;
      yield chunk.subarray(start, start + pace.pieceBytes);
    }
  }
}
