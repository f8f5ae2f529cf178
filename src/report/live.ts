import type { IncidentView } from "../operate/incidents.ts";
import type { SpendCap } from "../probe/target.ts";
import type { Overview as WholeOverview, ProbeOverview, RunSummary } from "../operate/overview.ts";
import { formatDurationMs } from "../std/duration.ts";
import { displayWidth } from "../std/display-width.ts";
import { formatMicroUsd } from "../std/money.ts";
import { minuteText } from "../std/time.ts";
import { capLines } from "./cap-lines.ts";
import { lookOf, looks, sparkline } from "./live-run.ts";
import { elapsed, type Segment, cell, drawLine, printable, segment } from "./terminal-text.ts";
import { counted } from "../std/counted.ts";

/** What the view needs beside the overview. */
export interface LiveFrame {
  readonly columns: number;
  readonly colour: boolean;
  readonly title: string;
  /** How long the person has been watching; left out of a single picture. */
  readonly elapsedMs?: number | undefined;
  /** What is going on, in a few words. */
  readonly phase: string;
  /** Newest last; the last few are shown. */
  readonly events: readonly string[];
  /** By target; left out where they are not known. */
  readonly caps?: ReadonlyMap<string, readonly SpendCap[]> | undefined;
}

type Overview = Omit<WholeOverview, "incidents"> & {
  /** As the store has them, or as the API shows them. */
  readonly incidents: readonly Omit<IncidentView, "id">[];
};

type Line = readonly Segment[];

const shownEvents = 5;
const shownIncidents = 5;

/** The state of everything as lines of text, none wider than `columns`, the last one ended. Pure. */
export function renderLive(overview: Overview, frame: LiveFrame): string {
  const lines: readonly Line[] = [
    ...headerLines(overview, frame),
    [],
    ...probeLines(overview.probes, frame.columns),
    ...otherPages(overview),
    [],
    ...incidentLines(overview),
    ...eventLines(frame.events),
    [],
    [
      segment(
        ` ${Object.values(looks)
          .map(({ glyph, word }) => `${glyph} ${word}`)
          .join("  ")}`,
        "dim",
      ),
    ],
  ];
  return lines.map((line) => `${drawLine(line, frame)}\n`).join("");
}

function headerLines(overview: Overview, frame: LiveFrame): readonly Line[] {
  const title: Line = [
    segment(` ${frame.title}`, "strong"),
    segment(frame.elapsedMs === undefined ? "  " : `  ${elapsed(frame.elapsedMs)}  `),
    segment(frame.phase),
  ];
  return [
    title,
    ...learningLines(overview.probes),
    ...spendLines(overview, frame),
    ...capLines(overview),
    ...budgetLines(overview),
    ...blindLines(overview),
    ...deliveryLines(overview),
    ...pauseLines(overview),
  ];
}

/** The median probe: one that hardly runs must not make all look as if they had just begun. */
function learningLines(probes: readonly ProbeOverview[]): readonly Line[] {
  const all = probes.map(({ learning }) => learning).filter((learning) => learning !== undefined);
  const byProgress = all.toSorted((one, other) => one.done / one.of - other.done / other.of);
  const median = byProgress[Math.floor((byProgress.length - 1) / 2)];
  if (median === undefined) return [];
  const length = 20;
  const done = Math.round(Math.min(1, median.done / median.of) * length);
  const bar = "█".repeat(done) + "░".repeat(length - done);
  const which = all.length === 1 ? "" : `, median of ${all.length}`;
  return [[segment(` learning what is normal  ${bar}  ${median.done} of ${median.of} runs${which}`)]];
}

function spendLines({ spendToday }: Overview, { caps }: LiveFrame): readonly Line[] {
  return spendToday.map(({ target, microUsd, requests, tokens, unknownRuns }) => {
    const parts = [
      `${formatMicroUsd(microUsd)} ${capText(caps, target)}`,
      counted(requests, "request"),
      counted(tokens, "token"),
      ...(unknownRuns === 0 ? [] : [`cost of ${counted(unknownRuns, "run")} unknown`]),
    ];
    return [segment(` ${target}  ${parts.join(" · ")}`, "dim")];
  });
}

function budgetLines({ errorBudgets = [] }: Overview): readonly Line[] {
  return errorBudgets.map(({ target, objective, left, bad, runs, windowMs }) => {
    const days = Math.round(windowMs / 86_400_000);
    const text = ` ${target}  ${objective}: ${Math.round(left * 100)} % of the error budget left · ${bad} of ${counted(runs, "run")} bad in ${counted(days, "day")}`;
    return [segment(text, left < 0 ? "bad" : "dim")];
  });
}

function blindLines({ blind = [] }: Overview): readonly Line[] {
  return blind.map(({ target, minutes, limitMinutes = Number.POSITIVE_INFINITY }) => {
    const most = limitMinutes === Number.POSITIVE_INFINITY ? "" : `, at most ${limitMinutes} min`;
    const text = ` ${printable(target)}  not checked for ${minutes} min of the last 24 h${most}`;
    return [segment(text, minutes > limitMinutes ? "bad" : "notice")];
  });
}

function capText(caps: LiveFrame["caps"], target: string): string {
  if (caps === undefined) return "today";
  const cap = caps.get(target)?.find(({ scope, span }) => scope !== "all" && span === "day")?.microUsd;
  return cap === undefined ? "today, no cap" : `of ${formatMicroUsd(cap)} today`;
}

function deliveryLines({ deliveries: { pending, failed } }: Overview): readonly Line[] {
  if (pending === 0 && failed === 0) return [];
  const failures = failed === 0 ? [] : [segment(` · ✗ ${failed} failed`, "bad")];
  return [[segment(` alerts  ${pending} on the way`), ...failures]];
}

/** What is stopped by hand looks like trouble until somebody says so. */
function pauseLines({ pauses = [] }: Overview): readonly Line[] {
  return pauses.map(({ probeId, by, sinceMs, why }) => {
    const since = minuteText(sinceMs);
    return [segment(` paused  ${printable(`${probeId} by ${by} since ${since}: ${why}`)}`)];
  });
}

interface Widths {
  readonly name: number;
  readonly strip: number;
  readonly spark: number;
}

const latencyWidth = 8;
const tokensWidth = 8;
const costWidth = 11;
const gap = "  ";

function probeLines(probes: readonly ProbeOverview[], columns: number): readonly Line[] {
  const names = shortNames(probes);
  const name = Math.min(40, Math.max(5, ...names.map(displayWidth)));
  const fixed = 3 + name + 3 * gap.length + latencyWidth + tokensWidth + costWidth + 1;
  const room = Math.max(12, Math.min(90, columns - fixed));
  const spark = Math.floor(room / 3);
  const widths: Widths = { name, strip: room - spark, spark };
  return [headingLine(widths), ...probes.map((probe, at) => probeLine(probe, names[at] ?? probe.probeId, widths))];
}

function otherPages({ probes, probesInAll = probes.length }: Overview): readonly Line[] {
  if (probesInAll <= probes.length) return [];
  return [
    [segment(`   ${probes.length} of ${probesInAll} probes; those with incidents come first. More: --page 2`, "dim")],
  ];
}

/** Target and probe. The location is left out while it says nothing. */
function shortNames(probes: readonly ProbeOverview[]): readonly string[] {
  const locations = new Set(probes.map(({ location }) => location));
  return probes.map(({ probeId, target, location }) => {
    const suffix = `@${location}`;
    const short = locations.size === 1 && probeId.endsWith(suffix) ? probeId.slice(0, -suffix.length) : probeId;
    return printable(`${target} ${short}`);
  });
}

function headingLine({ name, strip, spark }: Widths): Line {
  const latency = cell("latency", spark + 1 + latencyWidth, "right");
  const heading = ["   ", cell("probe", name), gap, cell("runs", strip), gap, latency];
  return [
    segment([...heading, cell("tokens", tokensWidth, "right"), cell("cost", costWidth, "right")].join(""), "dim"),
  ];
}

function probeLine(probe: ProbeOverview, shownName: string, { name, strip, spark }: Widths): Line {
  const last = probe.recent.at(-1);
  const look = lookOf(last, probe);
  // A run that is under way has no figures yet: those of the one before are shown until it has.
  const measured = probe.recent.findLast(({ state }) => state === "done");
  const runs = probe.recent.slice(-strip);
  const durations = probe.recent.slice(-spark).map(durationOf);
  const latencyMs = measured && durationOf(measured);
  return [
    segment(` ${look.glyph} `, look.tone),
    segment(cell(shownName, name), "strong"),
    segment(gap),
    ...runs.map((run) => {
      const { glyph, tone } = lookOf(run, probe);
      return segment(glyph, tone);
    }),
    segment(`${" ".repeat(strip - runs.length)}${gap}`),
    segment(
      `${cell(sparkline(durations), spark, "right")} ${cell(latencyMs === undefined ? "–" : formatDurationMs(latencyMs), latencyWidth, "right")}`,
    ),
    segment(cell(measured?.tokens === undefined ? "–" : String(measured.tokens), tokensWidth, "right")),
    segment(cell(measured?.microUsd === undefined ? "unknown" : formatMicroUsd(measured.microUsd), costWidth, "right")),
  ];
}

/** How long an answer took. How soon a connection was refused is no latency. */
function durationOf({ verdict, totalMs, tokens = 0 }: RunSummary): number | undefined {
  return (verdict === "fail" || verdict === "inconclusive") && tokens === 0 ? undefined : totalMs;
}

function incidentLines({ incidents, atMs }: Overview): readonly Line[] {
  if (incidents.length === 0) return [[segment(" ✓ no open incident", "good")]];
  const more = incidents.length - shownIncidents;
  return [
    [segment(` ${counted(incidents.length, "open incident")}`, "strong")],
    ...incidents.slice(0, shownIncidents).map((incident) => incidentLine(incident, atMs)),
    ...(more > 0 ? [[segment(`   and ${more} more`)]] : []),
  ];
}

/** `◆ mini valid-request  contract for 12 s: $.id absent, expected string` */
function incidentLine(incident: Omit<IncidentView, "id">, atMs: number): Line {
  const [worst] = incident.findings;
  const found = worst === undefined ? incident.label : `${worst.subject} ${worst.observed}, expected ${worst.expected}`;
  const what = incident.group?.headline ?? found;
  const lastingMs = Math.max(0, Math.round((atMs - incident.firstBadSlotMs) / 1000)) * 1000;
  return [
    segment(" ◆ ", "bad"),
    segment(printable(`${incident.target} ${incident.scenario}`), "strong"),
    segment(`  ${incident.kind} for ${formatDurationMs(lastingMs)}: ${what}`),
    segment(incident.state === "acknowledged" ? " · acknowledged" : "", "dim"),
  ];
}

function eventLines(events: readonly string[]): readonly Line[] {
  if (events.length === 0) return [];
  return [[], ...events.slice(-shownEvents).map((event) => [segment(` ${event}`)])];
}
