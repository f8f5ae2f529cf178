/** `2026-11-23 10:00 UTC`, or `2026-11-23 11:00 GMT+1` in another time zone. What is no time stays as it is. */
export function zonedTime(iso: string, tz: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  if (tz === "UTC") return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const form = new Intl.DateTimeFormat("en-CA", {
    timeZone: tz,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "shortOffset",
  });
  const part = new Map(form.formatToParts(date).map(({ type, value }) => [type, value]));
  const day = `${part.get("year")}-${part.get("month")}-${part.get("day")}`;
  return `${day} ${part.get("hour")}:${part.get("minute")} ${part.get("timeZoneName")}`;
}
