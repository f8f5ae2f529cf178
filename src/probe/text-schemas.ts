import { isIP } from "node:net";
import { isCronPattern } from "../std/cron.ts";
import { z } from "zod";
import { parseDurationMs } from "../std/duration.ts";
import { microUsd } from "../std/money.ts";

/** Texts that stand for quantities. Each message says what is expected, with an example. */

export const duration = z
  .string({ error: "a duration such as 30s, 5m or 1h30m" })
  .refine((text) => parseDurationMs(text) !== undefined, { error: "a duration such as 30s, 5m or 1h30m" })
  .meta({
    title: "duration",
    description: "whole numbers with units: ms, s, m, h, d; several can follow each other",
    examples: ["30s", "1h30m"],
  });

/** A duration, read to milliseconds. */
export const milliseconds = duration.transform(durationMs);

/** Read to micro-dollars. */
export const money = z
  .string({ error: "an amount such as 2 USD" })
  .regex(/^\d{1,9}(\.\d{1,6})? USD$/, { error: "an amount such as 2 USD or 0.05 USD" })
  .meta({ title: "money", description: "US dollars with at most six decimals", examples: ["0.50 USD"] })
  .transform((text) => microUsd(Number(text.replace(/ USD$/, ""))));

const bytesPer = { B: 1, KiB: 1024, MiB: 1024 ** 2 } as const;

/** Read to bytes. */
export const size = z
  .string({ error: "a size such as 1 MiB" })
  .regex(/^\d{1,9} (B|KiB|MiB)$/, { error: "a size such as 512 KiB or 1 MiB" })
  .meta({ title: "size", description: "bytes, with the unit B, KiB (1024) or MiB", examples: ["512 KiB"] })
  .transform((text) => {
    const [amount, unit] = text.split(" ");
    return Number(amount) * bytesPer[unit as keyof typeof bytesPer];
  });

export const cron = z
  .string({ error: "a cron pattern such as 0 3 * * *" })
  .max(200)
  .refine(isCronPattern, { error: "a cron pattern of five fields such as 0 3 * * *" })
  .meta({
    title: "cron",
    description: "five fields: minute, hour, day of the month, month, day of the week",
    examples: ["0 3 * * *"],
  });

/** One address, or all that begin with the same bits. */
export const addressRange = z
  .string()
  .refine(isAddressRange, { error: "an address or a range such as 10.0.0.0/8" })
  .meta({
    title: "address range",
    description: "an IPv4 or IPv6 address, or a range of them in CIDR notation",
    examples: ["10.0.0.0/8"],
  });

export const timeZone = z
  .string()
  .refine((name) => isTimeZone(name), { error: "a time zone such as Europe/Berlin or UTC" })
  .meta({ title: "time zone", description: "a name from the IANA time zone database", examples: ["Europe/Berlin"] });

export const slug = z
  .string({ error: "a name of letters, digits and dashes" })
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, { error: "a name of at most 63 letters, digits and dashes" })
  .meta({
    title: "name",
    description: "at most 63 letters, digits and dashes; starts with a letter or digit",
    examples: ["mini"],
  });

/** One value or a list of them, read to a list. (The schema for editors keeps examples only in front of what reads.) */
export function listOf<T extends z.ZodType>(
  item: T,
  meta: { readonly description?: string; readonly examples?: unknown[] },
) {
  return z
    .union([item, z.array(item).min(1)])
    .meta(meta)
    .transform((given) => (Array.isArray(given) ? given : [given]) as z.output<T>[]);
}

/** The milliseconds of a text that `duration` accepted. */
export function durationMs(text: string): number {
  const parsed = parseDurationMs(text);
  if (parsed === undefined) throw new Error("a duration was not validated");
  return parsed;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isAddressRange(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
