import type { OpenAPIHono } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import type { BoardMark } from "../operate/board.ts";
import type { Operations } from "../operate/operations.ts";
import { type VisitWorld, visitOf } from "./visits.ts";

interface EventsWorld extends VisitWorld {
  readonly operations: Operations;
}

const lookEveryMs = 1_000;
const mostReaders = 100;
/** One caller leaves room for others. */
const mostReadersOfOne = 30;
/** A connection ends by itself, so that nobody who was signed out goes on listening; the browser asks again. */
const longestMs = 300_000;

/** `/events` says when something has changed: a page then asks for itself again. One look at the store serves all. */
export function mountEvents(app: OpenAPIHono, world: EventsWorld): void {
  const look = shared(() => world.operations.boards.mark());
  const readers = new Map<string, number>();
  const count = (name: string, by: number): void => {
    const now = (readers.get(name) ?? 0) + by;
    if (now > 0) readers.set(name, now);
    else readers.delete(name);
  };
  const isFull = (name: string): boolean =>
    (readers.get(name) ?? 0) >= mostReadersOfOne || readers.values().reduce((sum, n) => sum + n, 0) >= mostReaders;
  app.get("/events", async (context) => {
    const visit = await visitOf(context, world, "read");
    if (visit instanceof Response) return context.body(null, visit.status === 401 ? 401 : 403);
    if (isFull(visit.name)) return context.body(null, 503, { "retry-after": "30" });
    count(visit.name, 1);
    return streamSSE(context, async (stream) => {
      stream.onAbort(() => {});
      try {
        let seen: BoardMark | undefined;
        for (let waitedMs = 0; waitedMs < longestMs && !stream.aborted; waitedMs += lookEveryMs) {
          const mark = await look(world.nowMs()).catch(() => undefined);
          if (mark === undefined) await stream.writeSSE({ event: "trouble", data: "" });
          else if (mark !== seen) await stream.writeSSE({ event: "changed", data: mark });
          else if (waitedMs % (15 * lookEveryMs) === 0) await stream.writeSSE({ event: "alive", data: "" });
          seen = mark ?? seen;
          await stream.sleep(lookEveryMs);
        }
      } finally {
        count(visit.name, -1);
      }
    });
  });
}

/** However many ask within a second, the store is asked once. */
function shared(ask: () => Promise<BoardMark>): (nowMs: number) => Promise<BoardMark> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let answer: Promise<BoardMark> | undefined;
  return (nowMs) => {
    if (answer === undefined || Math.abs(nowMs - askedAtMs) >= lookEveryMs) {
      askedAtMs = nowMs;
      answer = ask();
    }
    return answer;
  };
}
