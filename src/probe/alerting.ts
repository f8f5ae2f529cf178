/** page: may wake someone; ticket: can wait for working hours. */
export type Tier = "page" | "ticket";

/** Every field given must match one of its patterns; `*` matches any characters. */
export interface AlertMatcher {
  readonly target?: readonly string[] | undefined;
  readonly probe?: readonly string[] | undefined;
  readonly scenario?: readonly string[] | undefined;
  readonly location?: readonly string[] | undefined;
  readonly kind?: readonly string[] | undefined;
  readonly severity?: readonly string[] | undefined;
  readonly tier?: readonly string[] | undefined;
}

/** Who is notified of what matches, and who if nobody acknowledges. */
export interface Route {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly receivers: readonly string[];
  /** Who else is notified if nobody has acknowledged the incident for this long. */
  readonly escalate?: { readonly afterMs: number; readonly receivers: readonly string[] } | undefined;
}

/** Working hours of a receiver, in its time zone. */
export interface Hours {
  readonly tz: string;
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; a window that ends before it starts ends on the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Outside working hours: hold notifications until they start, or skip them. */
  readonly outside: "hold" | "skip";
  /** Whether pages keep to the working hours as well. */
  readonly pages: "always" | "within";
}

/** When and how often one receiver is notified. */
export interface Manner {
  readonly hours?: Hours | undefined;
  /** Problem notifications within any hour; the rest is sent as one summary. */
  readonly maxPerHour?: number | undefined;
}

/** A recurring window during which nobody is notified of what matches. */
export interface MaintenanceWindow {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly cron: string;
  readonly tz: string;
  readonly forMs: number;
}

/** When a day ends, and who gets its digest. */
export interface DigestTimes {
  /** Minutes since midnight in `tz`. */
  readonly atMinute: number;
  readonly tz: string;
  readonly receivers: readonly string[];
}

export interface Alerting {
  /** All matching routes apply; if none matches, every receiver is notified. */
  readonly routes: readonly Route[];
  /** By the receiver's name. */
  readonly manners: Readonly<Record<string, Manner>>;
  readonly maintenance: readonly MaintenanceWindow[];
  /** How long an incident waits for others with the same cause, to send one notification for all. */
  readonly groupWaitMs: number;
  /** Omitted: no digest. */
  readonly digest?: DigestTimes | undefined;
}

/** Every receiver is notified of everything at once. */
export const plainAlerting: Alerting = { routes: [], manners: {}, maintenance: [], groupWaitMs: 0 };
