import type { Alert } from "../notify/compose/alert.ts";
import { renderAlertText } from "../notify/compose/render-text.ts";
import { elapsed, paint } from "../report/terminal-text.ts";
import { driftNamed } from "../testbed/drifts.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { type ReceivedAlert, type Injection, type Score, score } from "./score.ts";
import type { DemoIo, Screen } from "../cli/screen.ts";
import { type StoryFacts, type StoryStep, storySteps } from "./story.ts";

/** What was changed at the provider and which alerts arrived, on one timeline. */
export interface Journal {
  inject(step: StoryStep): void;
  receive(alert: Alert): void;
  score(): Score;
  drifts(): StoryFacts["drifts"];
  /** One line per injection and per alert, oldest first. */
  events(): readonly string[];
}

export interface JournalOptions {
  readonly screen: Screen;
  readonly testbed: Pick<Testbed, "inject">;
  readonly elapsedMs: () => number;
  /** Unix time at which the demo began. */
  readonly startedAtWallMs: number;
  readonly io: Pick<DemoIo, "columns" | "colour">;
  /** How often each probe runs. */
  readonly everyMs: number;
}

/** Shows everything as it happens, and keeps it for the score. */
export function createJournal({ screen, testbed, elapsedMs, startedAtWallMs, io, everyMs }: JournalOptions): Journal {
  const injections: Injection[] = [];
  const received: ReceivedAlert[] = [];
  const events: string[] = [];
  const current = () => score(storySteps, injections, received, everyMs);

  function note(atMs: number, text: string): void {
    events.push(`${elapsed(atMs)}  ${text}`);
    screen.say(atMs, text);
  }

  return {
    inject(step) {
      testbed.inject(step.drift);
      const atMs = elapsedMs();
      injections.push({ step, atMs });
      const nth = `change ${injections.length} of ${storySteps.length}`;
      note(atMs, `${nth}, ${step.drift}: ${driftNamed(step.drift)?.sentence ?? ""}`);
    },
    receive(alert) {
      const receivedAtMs = elapsedMs();
      const { incidentId, event, kind, scenario, summary } = alert;
      const firstBadSlotAtMs = Date.parse(alert.firstBadSlot) - startedAtWallMs;
      received.push({ incidentId, event, kind, scenario, summary, receivedAtMs, firstBadSlotAtMs });
      note(receivedAtMs, `alert, signature verified: ${kind} on ${scenario} ${event}`);
      screen.show(
        `\n${renderAlertText(alert, { columns: io.columns, style: (text, tone) => paint(text, tone, io.colour) })}\n`,
      );
    },
    score: current,
    drifts: () =>
      current().drifts.map(({ injection, alerts }) => ({
        injectedAtMs: injection.atMs,
        foundAtMs: alerts[0]?.receivedAtMs,
      })),
    events: () => events,
  };
}
