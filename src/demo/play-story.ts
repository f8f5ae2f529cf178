import type { Config } from "../config/config.ts";
import type { SpendCap } from "../probe/target.ts";
import { renderLive } from "../report/live.ts";
import type { Overview } from "../operate/overview.ts";
import type { Journal } from "./journal.ts";
import { type LearningProgress, learningOf } from "./learning.ts";
import type { DemoIo, Screen } from "../cli/screen.ts";
import { type StoryFacts, type StoryPace, nextMove, storySteps } from "./story.ts";

export interface StoryStage {
  readonly io: Pick<DemoIo, "columns" | "colour">;
  readonly screen: Screen;
  readonly journal: Journal;
  readonly config: Config;
  readonly overview: () => Promise<Overview>;
  readonly sleep: (durationMs: number) => Promise<void>;
  readonly elapsedMs: () => number;
  readonly pace: StoryPace;
  /** Return at the end of the story; otherwise keep the view open until interrupted. */
  readonly isOnce: boolean;
  readonly isInterrupted: () => boolean;
  readonly onEnd: () => void;
}

/** How often the view is redrawn, and how often it asks the store: asking costs the machine that is measuring. */
const tickMs = 250;
const overviewEveryMs = 1000;
const sayLearningEveryMs = 3000;
const saySearchEveryMs = 15_000;
/** An idle machine has learned by then. */
const slowAfterMs = 60_000;

/** Plays the story and shows it. `interrupted`: somebody stopped it before its end. */
export async function playStory(stage: StoryStage): Promise<"ended" | "interrupted"> {
  const { screen, journal, elapsedMs, pace } = stage;
  const caps = capsOf(stage.config);
  const sayLearning = learningSayer(screen, stage.config.probes.length);
  const leastRuns = Math.max(1, ...stage.config.probes.map(({ judge }) => judge.learnRuns));
  const saySearch = searchSayer(screen);
  let learnedAtMs: number | undefined;
  let hasEnded = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let overview: Overview | undefined;

  for (; !stage.isInterrupted(); await stage.sleep(tickMs)) {
    if (elapsedMs() - askedAtMs >= overviewEveryMs) {
      askedAtMs = elapsedMs();
      overview = await stage.overview();
      const learning = learningOf(overview, stage.config.probes.length, leastRuns);
      if (learnedAtMs === undefined && journal.drifts().length === 0) sayLearning(elapsedMs(), learning);
      if (learning.isDone) learnedAtMs ??= elapsedMs();
    }
    const move = nextMove({ elapsedMs: elapsedMs(), learnedAtMs, drifts: journal.drifts() }, pace);
    if (move.kind === "inject" && !hasEnded) journal.inject(move.step);
    if (move.kind === "finish" && !hasEnded) {
      hasEnded = true;
      stage.onEnd();
      if (stage.isOnce) return "ended";
    }
    if (!hasEnded) saySearch(elapsedMs(), journal.drifts().at(-1));
    const shown = overview;
    if (shown === undefined) continue;
    screen.draw(() => {
      const { columns, colour } = stage.io;
      const phase = hasEnded ? "the story has ended; press Ctrl-C to stop" : phaseOf(journal, learnedAtMs);
      const frame = {
        columns,
        colour,
        title: "plumbline demo",
        elapsedMs: elapsedMs(),
        phase,
        events: journal.events(),
        caps,
      };
      return renderLive(shown, frame);
    });
  }
  return hasEnded ? "ended" : "interrupted";
}

function phaseOf(journal: Journal, learnedAtMs: number | undefined): string {
  const drifts = journal.drifts();
  if (drifts.length === 0) return learnedAtMs === undefined ? "learning" : "learned; no problems";
  const found = drifts.filter(({ foundAtMs }) => foundAtMs !== undefined).length;
  return `${drifts.length} of ${storySteps.length} changes made, ${found} detected`;
}

/** Reports progress from time to time, and completion once. */
function learningSayer(screen: Screen, probeCount: number): (atMs: number, progress: LearningProgress) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (atMs, progress) => {
    if (progress.isDone) return screen.say(atMs, "learned what is normal: every probe has its baselines");
    if (atMs - saidAtMs < sayLearningEveryMs) return;
    saidAtMs = atMs;
    screen.say(
      atMs,
      waitingFor(progress, probeCount) + (atMs < slowAfterMs ? "" : "; this machine is busy, so it takes longer"),
    );
  };
}

function waitingFor({ least, ran, open }: LearningProgress, probeCount: number): string {
  if (ran < probeCount) return ran === 0 ? "waiting for the first runs" : `${ran} of ${probeCount} probes have run`;
  if (least !== undefined) return `learning what is normal, run ${least.done} of ${least.of}`;
  return `waiting until ${open} open ${open === 1 ? "incident resolves" : "incidents resolve"}`;
}

/** Says from time to time that the last change is not found yet. */
function searchSayer(screen: Screen): (atMs: number, last: StoryFacts["drifts"][number] | undefined) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (atMs, last) => {
    if (last === undefined || last.foundAtMs !== undefined) return;
    if (atMs - Math.max(saidAtMs, last.injectedAtMs) < saySearchEveryMs) return;
    saidAtMs = atMs;
    screen.say(atMs, `no alert for ${Math.round((atMs - last.injectedAtMs) / 1000)} s yet: waiting for further runs`);
  };
}

function capsOf({ targets }: Config): ReadonlyMap<string, readonly SpendCap[]> {
  return new Map(targets.map(({ name, spendCaps }) => [name, spendCaps]));
}
