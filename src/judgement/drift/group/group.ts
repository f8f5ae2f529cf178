import type { Reading } from "../../../baseline/reading.ts";

/** One of the series that measure the same of one target or provider. */
export interface GroupMember {
  /** Its probe, or its target: two of them have to show the move. */
  readonly source: string;
  readonly reading: Reading;
  /** When its own incident opened; undefined: it has none. */
  readonly openedAtMs?: number | undefined;
}

export interface GroupMove<M extends GroupMember> {
  readonly direction: Direction;
  /** Those that show it. */
  readonly moved: readonly M[];
}

export type Direction = "up" | "down";

export interface GroupContext {
  /** The promise in force for one series. */
  readonly falsePageEveryMs: number;
  /** Which way the group has moved, while that is reported. */
  readonly open: Direction | undefined;
  readonly nowMs: number;
  /** So long the message about one member waits for the others. */
  readonly waitMs: number;
}

/** A group is found again only after it was as good as back: what is reported once is not reported twice. */
const back = 0.05;
/** A quiet series' sum is larger than this in less than one of a hundred samples. */
export const suspicious = 200;
const togetherMs = 3_600_000;
const togetherIntervals = 20;

/**
 * Whether the members have moved together. Each has a sum R that is no larger than its samples on average, and a promise
 * of A samples. So has their plain average of R / A, whatever they have in common at one time, for averages of what is
 * no larger than something are no larger either: it is an e-detector again. Of n members it is reported at 1 / n, in other
 * words when the sum of R / A reaches 1. That is n false messages in the time of one promise, as many as the n members
 * are allowed one by one; and as the sum is never less than the largest of them, it comes no later than the first of
 * those. Two sources have to show the move, or it is that of one series, which reports it itself.
 */
export function groupMove<M extends GroupMember>(
  members: readonly M[],
  context: GroupContext,
): GroupMove<M> | undefined {
  const { open } = context;
  const directions = open === undefined ? (["up", "down"] as const) : ([open] as const);
  for (const direction of directions) {
    const paging = members.filter(({ reading: { pages } }) => pages === "both" || pages === direction);
    const moved = paging.filter((one) => shows(one, direction, context));
    const hasMoved =
      open === undefined ? beginsIn(paging, moved, direction, context) : lastsIn(paging, direction, context);
    if (hasMoved) return { direction, moved };
  }
  return undefined;
}

function beginsIn(
  paging: readonly GroupMember[],
  moved: readonly GroupMember[],
  direction: Direction,
  { falsePageEveryMs, nowMs, waitMs }: GroupContext,
): boolean {
  if (new Set(moved.map(({ source }) => source)).size < 2) return false;
  const found = moved.filter(({ reading }) => reading.held === direction);
  if (new Set(found.map(({ source }) => source)).size >= 2) return true;
  const isUnreported = found.some(({ openedAtMs = nowMs }) => nowMs < openedAtMs + waitMs);
  return (isUnreported ? 1 : 0) + together(paging, direction, falsePageEveryMs) >= 1 + back;
}

/** Until no member is away any more. */
function lastsIn(paging: readonly GroupMember[], direction: Direction, { falsePageEveryMs }: GroupContext): boolean {
  const isHeld = paging.some(({ reading }) => reading.held === direction);
  return isHeld || together(paging, direction, falsePageEveryMs) > back;
}

/** Sum of R / A over those of which no move is held. */
function together(members: readonly GroupMember[], direction: Direction, falsePageEveryMs: number): number {
  return members.reduce(
    (sum, { reading }) =>
      reading.held === null ? sum + (reading[direction] * reading.intervalMs) / falsePageEveryMs : sum,
    0,
  );
}

/** What has been away for long already has not moved together with what moves now. */
function shows({ reading, openedAtMs }: GroupMember, direction: Direction, { open, nowMs }: GroupContext): boolean {
  if (reading.held === null) return reading[direction] >= suspicious;
  if (reading.held !== direction) return false;
  return open !== undefined || openedAtMs === undefined || isTogether(openedAtMs, nowMs, reading.intervalMs);
}

/** Whether two times may be those of one move, which its series show after different numbers of runs. */
export function isTogether(atMs: number, otherMs: number, intervalMs: number): boolean {
  return Math.abs(otherMs - atMs) <= Math.max(togetherMs, togetherIntervals * intervalMs);
}
