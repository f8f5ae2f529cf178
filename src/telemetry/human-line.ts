import { plainLine } from "../std/sanitize.ts";

const hidden: ReadonlySet<string> = new Set(["level", "time", "message", "trace_id", "span_id"]);
const longest = 400;

/** A line of JSON as a person at a terminal wants it: `12:00:01 warn  job failed  queue=slots`. Nothing in it is obeyed. */
export function humanLine(json: string): string {
  const line = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const { level, time, message } = line;
  const fields = Object.entries(line)
    .filter(([name]) => !hidden.has(name))
    .map(
      ([name, value]) => `  ${name}=${plainLine(typeof value === "string" ? value : JSON.stringify(value), longest)}`,
    );
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${plainLine(String(message), longest)}${fields.join("")}\n`;
}
