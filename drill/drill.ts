import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/std/seeded-random.ts";
import { type Account, accountOf } from "./account.ts";
import { type Fault, faults } from "./faults.ts";
import { leaksOf } from "./leaks.ts";
import { drillReport, type Played } from "./report.ts";
import { openStage, type OpenStage } from "./stage.ts";

const help = `npm run drill -- [options]

Starts the roles as processes on stores of its own, plays faults, and prints what became of every slot, request and alert.

  --minutes <n>      how long faults are played (default 5)
  --seed <n>         which faults, when, and on whom (default 1)
  --faults <names>   only these, separated by commas: ${faults.map(({ name }) => name).join(", ")}
  --probes <n>       probes, each every 2 s (default 20)
  --embedded         one process with the embedded store, instead of five on PostgreSQL and Redis
  --markdown <file>  also write the tables as Markdown, as docs/reliability.md has them

Exit codes: 0 every slot is accounted for, 3 something is broken, 2 wrong options`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    faults: { type: "string", default: "" },
    probes: { type: "string", default: "20" },
    embedded: { type: "boolean", default: false },
    markdown: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const names = values.faults === "" ? undefined : values.faults.split(",");
const possible = faults.filter(({ on }) => on === "both" || (on === "embedded") === values.embedded);
const wanted = possible.filter(({ name, obstacle }) => names?.includes(name) ?? obstacle?.() === undefined);
const unknown = names?.filter((name) => possible.every((fault) => fault.name !== name)) ?? [];
if (unknown.length > 0) {
  console.error(`no such fault here: ${unknown.join(", ")}\n\n${help}`);
  process.exit(2);
}

const obstacles = wanted.flatMap(({ name, obstacle }) => {
  const reason = obstacle?.();
  return reason === undefined ? [] : [`can't play ${name} here: ${reason}`];
});
if (obstacles.length > 0) {
  console.error(obstacles.join("\n"));
  process.exit(2);
}

const random = seededRandom(Number(values.seed));
const opened = new AsyncDisposableStack();
const longestRecoveryMs = 180_000;
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const stage = await openStage({ isEmbedded: values.embedded, probes: Number(values.probes), random }, opened);
const { members, provider, receiver } = stage;
say("waiting until every probe has run twice");
await until(() => provider.entries.length >= 2 * stage.probes.length, 300_000);
const fromMs = Date.now();
const played = await playFaults(wanted, fromMs + Number(values.minutes) * 60_000);
await sleep(20_000);
const toMs = Date.now();
say("waiting until every slot is accounted for");
if (!values.embedded) await untilSettled();
else await untilKnown(stage);
const codes = await Promise.all(members.map(async (member) => ({ name: member.name, code: await member.stop() })));
const facts = {
  account: await account(),
  played,
  codes,
  leaks: await leaksOf(stage),
  provider,
  receiver,
  members,
  seed: values.seed,
  isEmbedded: values.embedded,
  fromMs,
  toMs,
};
const { text, markdown, isWhole } = drillReport(facts);
console.log(text);
if (values.markdown !== undefined) writeFileSync(values.markdown, markdown);
await opened.disposeAsync();
process.exit(isWhole ? 0 : 3);

function account(): Promise<Account> {
  return accountOf(stage.query, stage.probes, provider, receiver, fromMs, toMs);
}

async function playFaults(choice: readonly Fault[], endMs: number): Promise<readonly Played[]> {
  const done: Played[] = [];
  // Each fault is played once before any is played again.
  let queue: Fault[] = [];
  while (Date.now() < endMs) {
    if (queue.length === 0) queue = choice.toSorted(() => random() - 0.5);
    const fault = queue.shift();
    if (fault === undefined) break;
    const startedMs = Date.now();
    say(`${fault.name}: ${fault.summary}`);
    const victim = await fault.play(stage);
    const endedMs = Date.now();
    done.push({ fault, victim, startedMs, endedMs });
    // So that a pause has one cause.
    await until(() => (provider.entries.at(-1)?.atMs ?? 0) > endedMs, longestRecoveryMs);
    await sleep(3_000 + random() * 7_000);
  }
  return done;
}

async function untilSettled(): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const { withoutRow, stillOpen, alertsPending } = (await account()).broken;
    if (withoutRow === 0 && stillOpen === 0 && alertsPending === 0) return;
    await sleep(3_000);
  }
}

/** Its store can't be read from outside while the process runs: it accounts for itself, and is checked afterwards. */
async function untilKnown({ unaccounted }: OpenStage): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    const slots = await unaccounted(fromMs, toMs).catch((error: unknown) => String(error));
    if (slots === 0) return;
    if (tries % 5 === 4) say(`slots without a row yet: ${slots}`);
    await sleep(3_000);
  }
}

async function until(isSo: () => boolean, limitMs: number): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > endMs)
      throw new Error(`not within ${limitMs} ms:\n${members.map((it) => it.log().slice(-500)).join("\n")}`);
    await sleep(500);
  }
}
