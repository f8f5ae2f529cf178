/** Who reads a text: in which time zone, and when. */
export interface Reader {
  readonly tz: string;
  readonly nowMs: number;
}

/** `today at 11:10 CET`, `yesterday at 23:59 UTC`, or with the date when it is further away. */
export function localTimeText(atMs: number, { tz, nowMs }: Reader): string {
  const [at, now] = [wallOf(atMs, tz), wallOf(nowMs, tz)];
  const days = Math.round((now.dayMs - at.dayMs) / dayMs);
  const time = `${at.time} ${zoneName(tz, atMs)}`;
  const day = dayNames.get(days);
  return day === undefined ? `${at.date} ${time}` : `${day} at ${time}`;
}

const dayMs = 86_400_000;
const dayNames = new Map([
  [0, "today"],
  [1, "yesterday"],
  [-1, "tomorrow"],
]);

/** The times in a text that `minuteText` wrote, as the reader's clock shows them. */
export function withLocalTimes(text: string, reader: Reader): string {
  return text.replaceAll(/\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC\b/g, (whole, date: string, time: string) => {
    const atMs = Date.parse(`${date}T${time}Z`);
    return Number.isNaN(atMs) ? whole : localTimeText(atMs, reader);
  });
}

function wallOf(
  atMs: number,
  timeZone: string,
): { readonly date: string; readonly time: string; readonly dayMs: number } {
  const form = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const [date = "", time = ""] = form.format(atMs).split(" ");
  return { date, time, dayMs: Date.parse(date) };
}

/** `CET` or `EST` where English has a name for it, else `GMT+9`. */
export function zoneName(timeZone: string, atMs: number): string {
  const names = ["en-US", "en-GB", "en-AU", "en-IN", "en-ZA"].map((language) => {
    const form = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "short" });
    return form.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
  });
  return names.find((name) => !name.startsWith("GMT")) ?? names[0] ?? "UTC";
}
