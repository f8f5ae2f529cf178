import { createInterface } from "node:readline/promises";
import { decisionLine } from "../audit/render/format.ts";
import { diffAudits, renderDiff } from "../audit/diff.ts";
import { readinessExitCodes } from "../audit/decision.ts";
import { type AuditPlan, planAudit } from "../audit/plan.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import type { AuditArguments, AuditCommands } from "../cli/audit-words.ts";
import { closestTo } from "../config/closest.ts";
import type { Config } from "../config/config.ts";
import { systemClock } from "../std/clock.ts";
import { formatMicroUsd } from "../std/money.ts";
import { experienceOf, keepAudit, lastAudit, readAudit } from "./audit-archive.ts";

/** `audit` and `audit diff`. `load` reads a configuration, or says what is wrong with it. */
export function createAuditCommands(io: Io, load: (file: string) => Config | undefined): AuditCommands {
  const { stdout, stderr, env } = io;
  const refuse = (text: string): number => {
    stderr.write(`${text}\n`);
    return exitCodes.usage;
  };

  return {
    async audit(wanted) {
      const config = load(wanted.config);
      if (config === undefined) return exitCodes.usage;
      const target = config.targets.find(({ name }) => name === wanted.target);
      if (target === undefined) {
        const names = config.targets.map(({ name }) => name);
        const closest = closestTo(wanted.target, names);
        const hint = closest === undefined ? `; there are: ${names.join(", ")}` : `; did you mean ${closest}?`;
        return refuse(`no target is called ${wanted.target}${hint}`);
      }
      const before = lastAudit(wanted.out, target.name);
      const plan = planAudit(target, systemClock.nowMs(), before && experienceOf(before));
      stderr.write(announcement(target.name, plan, before?.startedAt));
      const refusal = await refusalOf(plan, wanted, io);
      if (refusal !== undefined) return refuse(refusal);
      const { audit } = await import("./audit.ts");
      const document = await audit({
        config,
        target,
        plan,
        env,
        approvedMicroUsd: wanted.approvedMicroUsd,
        progress: (done, of, scenario) => stderr.write(`[${done}/${of}] ${scenario}\n`),
      });
      const files = keepAudit(wanted.out, document, wanted.format);
      stdout.write(decisionLine(document));
      for (const file of files) stdout.write(`${file}\n`);
      return readinessExitCodes[document.decision.readiness];
    },

    diff(oneFile, otherFile) {
      const [one, other] = [readAudit(oneFile), readAudit(otherFile)];
      if (one === undefined || other === undefined) {
        const file = one === undefined ? oneFile : otherFile;
        return Promise.resolve(refuse(`${file} is no audit: name two JSON files that plumbline audit has written`));
      }
      const differences = diffAudits(one, other);
      stdout.write(renderDiff(differences, one, other));
      return Promise.resolve(differences.length === 0 ? exitCodes.fine : exitCodes.drifted);
    },
  };
}

function announcement(target: string, plan: AuditPlan, since: string | undefined): string {
  const { scenarios, requests, atMostRequests, microUsd, atMostMicroUsd } = plan;
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
