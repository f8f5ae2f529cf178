/** `2026-11-23T10:02:00Z` */
export function isoSeconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** `2026-11-23 10:02 UTC` */
export function minuteText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-11-23`, UTC. */
export function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
