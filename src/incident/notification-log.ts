/**
 * Who was notified of one incident, and when: kept with the incident and written in its transaction. Like the
 * notification log of Alertmanager, it has one entry for each receiver.
 */
export interface NotificationLog {
  /** When somebody was last notified, by a message or in a summary; undefined: nobody was yet. Unix milliseconds. */
  readonly lastNotifiedAtMs?: number | undefined;
  /** By receiver; undefined: it was not recorded who was notified, so everybody counts as notified. */
  readonly receivers?: Readonly<Record<string, ReceiverEntry>> | undefined;
  /** Something happened while nobody could be notified: they are as soon as that ends. */
  readonly isPending?: boolean | undefined;
  /** The newest judged slot when people were notified that nobody checks it any more. */
  readonly uncheckedSlotMs?: number | undefined;
  /** What muted the incident at its newest bad slot. */
  readonly muted?: { readonly reason: string; readonly by: string } | undefined;
}

interface ReceiverEntry {
  /** When it was first notified of this episode. */
  readonly notifiedAtMs?: number | undefined;
  /** When it was not notified because it had already got as many messages as it wants within an hour. */
  readonly rateLimitedAtMs?: number | undefined;
}

interface Logged {
  readonly notifications?: NotificationLog | undefined;
}

/** When each receiver was first notified of the incident. */
export function notifiedAtMs({ notifications }: Logged): Readonly<Record<string, number>> {
  const entries = Object.entries(notifications?.receivers ?? {});
  return Object.fromEntries(
    entries.flatMap(([receiver, { notifiedAtMs: atMs }]) => (atMs === undefined ? [] : [[receiver, atMs]])),
  );
}

/** The receivers that know of the incident; `all` where that was not recorded. */
export function notifiedReceivers({ notifications }: Logged, all: readonly string[]): ReadonlySet<string> {
  const { receivers, lastNotifiedAtMs } = notifications ?? {};
  if (receivers === undefined) return new Set(lastNotifiedAtMs === undefined ? [] : all);
  return new Set(Object.keys(notifiedAtMs({ notifications })));
}

/** The incident with other facts in its log. */
export function withLog<T extends Logged>(incident: T, changes: NotificationLog): T {
  return { ...incident, notifications: { ...incident.notifications, ...changes } };
}

/** What one transition adds for each receiver: the first notification stays, the newest rate limit counts. */
export function logReceivers(
  { notifications }: Logged,
  notified: Readonly<Record<string, number>>,
  rateLimited: Readonly<Record<string, number>>,
): Readonly<Record<string, ReceiverEntry>> {
  const before = notifications?.receivers ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(notified), ...Object.keys(rateLimited)])];
  return Object.fromEntries(
    names.map((name) => {
      const { notifiedAtMs: firstMs = notified[name], rateLimitedAtMs: limitedMs } = before[name] ?? {};
      return [name, { notifiedAtMs: firstMs, rateLimitedAtMs: rateLimited[name] ?? limitedMs }];
    }),
  );
}

/** The log of an episode that goes on: who was notified, without what kept the others from it. */
export function continuedLog({ notifications }: Logged): NotificationLog | undefined {
  if (notifications === undefined) return undefined;
  const { lastNotifiedAtMs, receivers } = notifications;
  const entries = Object.entries(receivers ?? {}).flatMap(([name, { notifiedAtMs: atMs }]) =>
    atMs === undefined ? [] : [[name, { notifiedAtMs: atMs }] as const],
  );
  return { lastNotifiedAtMs, receivers: receivers && Object.fromEntries(entries) };
}
