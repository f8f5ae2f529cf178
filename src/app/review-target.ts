import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { decisionLine } from "../audit/render/format.ts";
import { readinessExitCodes } from "../audit/decision.ts";
import { type AuditPlan, planAudit } from "../audit/plan.ts";
import type { AuditArguments, Effects } from "../cli/effects.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { readExpectations } from "../config/audit-expectations.ts";
import { closestTo } from "../config/closest.ts";
import { catalogue, scheduledOnly } from "../scenario/resolve.ts";
import { systemClock } from "../std/clock.ts";
import { formatMicroUsd } from "../std/money.ts";
import { audit } from "./audit.ts";
import { experienceOf, keepAudit, lastAudit } from "./audit-archive.ts";
import { loadOrExplain } from "./files.ts";

/** `audit`: plays the catalogue once against a target and writes it up. */
export async function reviewTarget(wanted: AuditArguments, io: Io): ReturnType<Effects["audit"]> {
  const { stdout, stderr, env } = io;
  const refuse = (text: string) => {
    stderr.write(`${text}\n`);
    return { exitCode: exitCodes.usage };
  };
  const config = loadOrExplain(wanted.config, io, ["worker"], { needsNoProbes: true });
  if (config === undefined) return { exitCode: exitCodes.usage };
  const target = config.targets.find(({ name }) => name === wanted.target);
  if (target === undefined) {
    const names = config.targets.map(({ name }) => name);
    const closest = closestTo(wanted.target, names);
    const hint = closest === undefined ? `; known targets: ${names.join(", ")}` : `; did you mean ${closest}?`;
    return refuse(`no target is called ${wanted.target}${hint}`);
  }
  const expected = expectationsIn(wanted.expect);
  if ("problems" in expected) return refuse([`${wanted.expect}:`, ...expected.problems].join("\n  "));
  const before = lastAudit(wanted.out, target.name);
  const plan = planAudit(target, systemClock.nowMs(), before && experienceOf(before));
  stderr.write(announcement(target.name, plan, before?.startedAt));
  const refusal = await refusalOf(plan, wanted, io);
  if (refusal !== undefined) return refuse(refusal);
  const document = await audit({
    config,
    target,
    plan,
    env,
    approvedMicroUsd: wanted.approvedMicroUsd,
    pinned: expected.pinned,
    progress: (done, of, scenario) => stderr.write(`[${done}/${of}] ${scenario}\n`),
  });
  const files = keepAudit(wanted.out, document, wanted.format);
  stdout.write(
    wanted.json
      ? `${JSON.stringify({ schema: 1, data: { ...document.decision, files } })}\n`
      : `${decisionLine(document)}${files.map((file) => `${file}\n`).join("")}`,
  );
  return { exitCode: readinessExitCodes[document.decision.readiness], document };
}

function expectationsIn(file: string | undefined): ReturnType<typeof readExpectations> {
  if (file === undefined) return { pinned: {} };
  const scenarios = [...catalogue, ...scheduledOnly].map(({ name }) => name);
  try {
    return readExpectations(readFileSync(file, "utf8"), scenarios);
  } catch {
    return { problems: ["it cannot be read"] };
  }
}

function announcement(target: string, plan: AuditPlan, since: string | undefined): string {
  const { scenarios, requests, atMostRequests, microUsd, atMostMicroUsd, comparison } = plan;
  const cost =
    microUsd === undefined || atMostMicroUsd === undefined
      ? "the cost is unknown: the target has no known price"
      : `about ${formatMicroUsd(microUsd)}, at most ${formatMicroUsd(atMostMicroUsd)}`;
  const lines = scenarios.map(({ scenario, sent, rehearsed }) => {
    const parts = [
      sent.length > 0 ? `${sent.length} sent` : "",
      rehearsed > 0 ? `${rehearsed} rehearsed, not sent` : "",
    ];
    return `  ${scenario.name.padEnd(24)}${parts.filter((part) => part !== "").join(", ")}\n`;
  });
  if (comparison !== undefined) {
    lines.push(
      `  ${`comparison with ${comparison.reference.name}`.padEnd(23)} at most ${comparison.atMostRequests} sent\n`,
    );
  }
  return (
    `Audit of ${target}: ${scenarios.length} scenarios, ${requests} requests, at most ${atMostRequests} with every retry; ${cost}` +
    `${since === undefined ? "" : ` (as in the audit of ${since})`}.\n${lines.join("")}`
  );
}

/** Why it may not begin; undefined when it may. */
async function refusalOf(plan: AuditPlan, wanted: AuditArguments, { stderr }: Io): Promise<string | undefined> {
  const { approvedMicroUsd, yes } = wanted;
  const { atMostMicroUsd } = plan;
  if (approvedMicroUsd !== undefined) {
    if (atMostMicroUsd === undefined) {
      return yes ? undefined : "the cost is unknown, so none can be approved: give the target prices, or say --yes";
    }
    if (atMostMicroUsd <= approvedMicroUsd) return undefined;
    return `it can cost up to ${formatMicroUsd(atMostMicroUsd)}, more than the approved ${formatMicroUsd(approvedMicroUsd)}: nothing was sent`;
  }
  if (yes) return undefined;
  if (process.stdin.isTTY !== true) return "nothing was sent: say --yes, or --approve-cost with an amount";
  const asking = createInterface({ input: process.stdin, output: stderr });
  const answer = await asking.question("Send them? [y/N] ");
  asking.close();
  return /^y(es)?$/i.test(answer.trim()) ? undefined : "nothing was sent";
}
