import { InvalidArgumentError } from "commander";
import { printable } from "../report/terminal-text.ts";
import { parseDurationMs } from "../std/duration.ts";

/** A line for each item, safe for a terminal; a sentence if there is none. */
export function lines<Item>(items: readonly Item[], empty: string, lineOf: (item: Item) => string): string {
  return items.length === 0 ? `${empty}\n` : items.map((item) => `${printable(lineOf(item))}\n`).join("");
}

/** Reads the value of a flag as a duration. */
export function durationLike(example: string): (text: string) => number {
  return (text) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined) throw new InvalidArgumentError(`expected a duration such as ${example}`);
    return durationMs;
  };
}

/** Reads the value of a flag as a number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

/** Reads the value of a flag as a time. A time without a zone would mean different moments on different machines. */
export function moment(text: string): number {
  const atMs = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) throw new InvalidArgumentError("expected a time with its zone, such as 2026-12-01T09:00Z");
  return atMs;
}

/** `127.0.0.1:8080` or `[::1]:8080` */
export function addressOption(text: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) throw new InvalidArgumentError("expected an address such as 0.0.0.0:8080");
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Above 0 and at most one half. */
export function errorRate(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share <= 0.5))
    throw new InvalidArgumentError("expected a share above 0 and up to 0.5, such as 0.01");
  return share;
}
