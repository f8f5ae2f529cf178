import { learn } from "./learn.ts";
import { candidateDifferences, countCandidates, grownBy, withCandidates } from "./growth.ts";
import type { ReplyFacts } from "../../observation/observation.ts";
import { saidOfEnd } from "../../observation/stream-end.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Json } from "../../std/json.ts";
import { breachesOf, compareDeclared, type Declared, declaredFor } from "./declared.ts";
import { differencesOf } from "./differences.ts";
import { knownSchema, nothingKnown, type Seen, seenIn, stored } from "./known.ts";
import { withBroken } from "./broken-rules.ts";
import { applyOverrides, type Graded } from "./overrides.ts";
import { type Difference, usualSeverity } from "./severity.ts";
import { changedShares, runningShares } from "./variants.ts";
import {
  isNotifiedNow,
  markNotified,
  mostNotes,
  oddsOf,
  ongoing,
  seemsOver,
  shareText,
  startWatching,
  watchOn,
} from "./watching.ts";
import { watchingSchema } from "./kept.ts";
import { judgeLaws } from "./laws.ts";
import { type Finding, type Judge, type JudgeInput, type JudgeOutput, worstFirst } from "../judgement.ts";
import { readAs, subjectOf, unjudged } from "../subject.ts";

type ShapeAspect = "contract" | "error-shape";

/** Learns what replies are made of, and reports what differs from that as soon as chance does not explain it. */
export function shapeJudge(aspect: ShapeAspect, appliesTo: (facts: ReplyFacts, scenario: Scenario) => boolean): Judge {
  return {
    aspect,
    seesFailures: aspect === "contract",
    seriesOf(observation, scenario) {
      const { outcome, call, mode } = observation;
      if (outcome.kind !== "reply" || !appliesTo(outcome, scenario)) return [];
      return [{ key: `${call}/${mode}`, label: aspect === "contract" ? "shape of replies" : "shape of error replies" }];
    },
    judge: (input) => {
      const { outcome } = input.observation;
      if (outcome.kind !== "reply") return unjudged(input, "no reply");
      // The fixed rule says that it is no JSON: all else follows from that.
      return input.isBroken === true && outcome.bodyForm === "text"
        ? unjudged(input, "no JSON")
        : judgeShape(input, outcome);
    },
  };
}

/** A difference that was seen so often, and still may be chance, has time until the next slot. */
const mostAskedAgain = 2;
/** A break of all replies that three runs saw is over after five without it, one that two saw after 17: these need no slots. */
const mostEndings = 16;

function judgeShape(input: JudgeInput, facts: ReplyFacts): JudgeOutput {
  const seen = seenIn(facts, input.observation);
  const declared = declaredFor(input.contract, input.series.aspect, input.observation.mode);
  const known = readAs(knownSchema, input.memory?.baseline?.learned);
  if (known === undefined) return learnFrom(input, facts, seen, declared);
  const before = readAs(watchingSchema, input.memory?.state) ?? startWatching;
  const shares = runningShares(before.shares, known, seen);
  const changed = candidateDifferences(known, before, seen);
  const differences = [...withCandidates(differencesOf(known, seen), changed), ...changedShares(known, shares)];
  const broken = [...judgeLaws(input, facts), ...(input.broken ?? [])];
  const { found, isRule } = withBroken(applyOverrides(differences, seen, input), broken, known.n);
  const reply = { slotMs: input.slotMs, upstream: facts.upstream };
  const watched = watchOn(before, found, known.n, reply);
  const judged = found.map((difference) => ({ difference, odds: oddsOf(difference, watched) }));
  const notified = judged.filter(
    ({ difference, odds }) => isRule(difference) || isNotifiedNow(difference, odds, before),
  );
  const marked = markNotified(
    before,
    { ...watched, candidates: countCandidates(before, known, seen, changed) },
    notified.map(({ difference }) => difference),
    shares,
  );
  const grown = grownBy(known, marked, found, seen, { fewest: input.policy.learnRuns, slotMs: input.slotMs });
  const after = grown?.watching ?? marked;
  const accept = grown && { learned: stored(grown.known), n: known.n, why: grown.why };
  const written = before.runs < mostNotes && declared !== undefined ? compareDeclared(declared, known) : [];
  const breaches = applyOverrides(
    [...(declared === undefined ? [] : breachesOf(declared, known, seen)), ...written.slice(0, mostNotes)],
    seen,
    input,
  );
  const shared = (difference: Graded): Graded => ({
    ...difference,
    observed: `${difference.observed}${shareText(difference, after)}`,
  });
  const unseen = ongoing(after, found);
  const goesOn = unseen.filter((kept) => !seemsOver(kept));
  const findings = [
    ...notified.map(({ difference, odds }) =>
      findingOf(shared(difference), rarity(difference, odds.runsPerChance), input),
    ),
    ...goesOn.map(({ finding }) => findingOf(shared(finding), "it goes on", input)),
    ...breaches.map((breach) => findingOf(breach, `seen in all of ${known.n} replies before`, input)),
  ].toSorted(worstFirst);
  const subject = subjectOf(input);
  const watches = broken.map(({ subject: rule }) => rule);
  if (findings.some(({ severity }) => severity !== "informative")) {
    return { ruling: { subject, outcome: "bad", findings }, state: after, accept, watches };
  }
  const ending = unseen.at(0);
  if (ending !== undefined) {
    const { finding, seen, missed } = ending;
    const reason = `${finding.subject} ${finding.observed}, seen ${seen} times, not in the ${missed} since: may have ended`;
    return {
      ruling: { subject, outcome: "unjudged", reason, asksAgain: missed <= mostEndings },
      state: after,
      accept,
      watches,
    };
  }
  // What is known to happen now and then is no reason to withhold judgement until it happens too often.
  const waiting = judged.find(({ difference, odds }) => difference.severity !== "informative" && odds.isFirst);
  if (waiting !== undefined) {
    const { difference, odds } = waiting;
    const reason = `${difference.subject} ${difference.observed}, seen ${odds.times} times, may be chance`;
    const asksAgain = odds.times <= mostAskedAgain;
    return { ruling: { subject, outcome: "unjudged", reason, asksAgain }, state: after, accept, watches };
  }
  return { ruling: { subject, outcome: "good", notes: findings }, state: after, accept, watches };
}

/** Before enough is learned only a written contract can be broken. */
function learnFrom(input: JudgeInput, facts: ReplyFacts, seen: Seen, declared: Declared | undefined): JudgeOutput {
  if (input.isBroken === true) return unjudged(input, "the reply breaks an expectation: nothing is learned from it");
  const before = readAs(knownSchema, learningOf(input)) ?? nothingKnown;
  const learned = learn(before, seen);
  const output = learningOutput(input, stored(learned), learned.n);
  const breaches = declared === undefined ? [] : applyOverrides(breachesOf(declared, before, seen), seen, input);
  const said = new Set(input.broken?.map(({ subject }) => subject));
  const findings = [
    ...judgeLaws(input, facts).filter(({ subject }) => !said.has(subject)),
    ...breaches.map((breach) => findingOf(breach, "nothing is learned yet", input)),
  ].toSorted(worstFirst);
  if (findings.every(({ severity }) => severity === "informative")) return output;
  return { ...output, ruling: { subject: subjectOf(input), outcome: "bad", findings } };
}

/** `n` and `of` in the state are what people see of the progress. */
function learningOutput(input: JudgeInput, known: Json, n: number): JudgeOutput {
  const of = input.policy.learnRuns;
  const ruling = { subject: subjectOf(input), outcome: "unjudged", reason: `learning, ${n} of ${of}` } as const;
  if (n < of) return { ruling, state: { v: 1, n, of, known } };
  return { ruling, state: { v: 1 }, accept: { learned: known, n, why: `learned from the first ${n} runs` } };
}

function learningOf({ memory }: JudgeInput) {
  const state = memory?.state;
  return typeof state === "object" && state !== null && !Array.isArray(state) ? state["known"] : undefined;
}

function findingOf(difference: Graded, how: string, { series, memory }: JudgeInput): Finding {
  const { severity, subject } = difference;
  const [expected, observed] = [difference.expected, difference.observed].map((text) =>
    subject === "end of stream" ? saidOfEnd(text) : text,
  ) as [string, string];
  return {
    kind: series.aspect,
    severity,
    subject,
    expected,
    observed,
    why: `${usualSeverity(difference).why}; ${how}`,
    baselineVersion: memory?.baseline?.version,
  };
}

function rarity({ chances, sightings }: Difference, runsPerChance: number): string {
  const before =
    sightings === 0 ? `never in ${chances} replies before` : `in ${sightings} of ${chances} replies before`;
  const rounded = Number(runsPerChance.toPrecision(1));
  return `${before}; chance would do this once in ${rounded >= 1e9 ? "a billion" : rounded.toLocaleString("en")} runs`;
}
