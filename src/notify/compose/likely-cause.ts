import type { GroupMembers, Incident } from "../../incident/incident.ts";
import { overdraftSubject } from "../../judgement/spend/overdraft.ts";
import type { LikelyCause } from "./alert.ts";

/**
 * Where to look first. No status at all means that no reply came: the network, or a provider that is down. A
 * refused credential counts only where a reply was expected to be accepted.
 */
export function likelyCause(incident: Incident): LikelyCause {
  if (incident.group?.reason === "provider-is-down") return "provider";
  if (incident.group?.reason === "no-connectivity") return "network";
  if (incident.kind === "budget" && isOverdraft(incident)) return "provider";
  if (incident.kind === "monitor" || incident.kind === "budget") return "monitor";
  if (incident.kind !== "availability" && incident.kind !== "expectation") return "provider";
  const status = incident.evidence.at(-1)?.status;
  if (status === undefined) return incident.kind === "availability" ? "network" : "provider";
  const refusalWasExpected = incident.findings.some(({ expected }) => /\b40[13]\b/.test(expected));
  return (status === 401 || status === 403) && !refusalWasExpected ? "credentials" : "provider";
}

function isOverdraft({ findings }: Incident): boolean {
  return findings.some(({ subject }) => subject === overdraftSubject);
}

/** One safe first action: it changes nothing, or says what is to be decided. */
export function nextStep(incident: Incident, cause: LikelyCause): string {
  if (incident.state === "resolved") return "Nothing is needed now; the evidence stays for the review.";
  const { target, location, group } = incident;
  const status = incident.evidence.at(-1)?.status;
  if (group !== undefined) return groupStep(group.reason, location, target);
  if (cause === "credentials")
    return `Check that the key of ${target} is valid, in credit and allowed to use the model.`;
  if (status === 429) return `Check the rate limits and the credit of ${target}'s key; ask less often or raise them.`;
  if (cause === "network")
    return `Check DNS, TLS and the way ${fromWhere(location)}to ${target}, then the provider's status page.`;
  switch (incident.kind) {
    case "availability":
      return "Check the provider's status page; quote the request id in a ticket. Move traffic if it lasts.";
    case "expectation":
      if (status !== undefined && status >= 500) {
        return "Check the provider's status page; move traffic if it lasts, and quote the request id in a ticket.";
      }
      return "Run the probe once by hand; if it repeats, hold traffic that depends on this rule and ask the provider.";
    case "policy":
      return "Treat as a security matter: a request that must be refused was answered. Tell the provider now.";
    case "contract":
      return "Check that your parsers accept the new shape; ask the provider whether the change is meant.";
    case "error-shape":
      return "Check that your error handling and retries still recognise this error; ask whether the change is meant.";
    case "latency":
      return "Check the time-outs and queues of your callers; compare with other models of the same provider.";
    case "usage":
      return "Check what a request costs now and your spend caps; ask the provider what has changed in counting.";
    case "budget":
      if (isOverdraft(incident))
        return "Look at the tokens of the run; ask the provider whether it keeps to the output limit, and how it counts.";
      return "Look at the spend of the last hours in status; ask less often, or raise the cap if it is meant.";
    case "monitor":
      return monitorStep(incident.label);
    default:
      return incident.kind satisfies never;
  }
}

function groupStep(reason: GroupMembers["reason"], location: string, target: string): string {
  switch (reason) {
    case "provider-is-down":
      return "Check the provider's status page and move traffic; the targets named are not told one by one.";
    case "no-connectivity":
      return `Check the way out ${fromWhere(location)}(DNS, proxy, firewall, certificates). No target is told one by one meanwhile.`;
    case "clock-is-wrong":
      return "Set this machine's clock (NTP); until then nothing is told of runs, because their times can't be trusted.";
    case "monitor-overloaded":
      return `Give the worker at ${location} more processor time or fewer probes; until then its runs are not told of.`;
    case "moved-together":
      return (
        "`plumbline incident show` says how far each has moved; ask the provider what has changed. If it is meant for good: " +
        `plumbline baseline planned --target ${target} --why "…"`
      );
    case "rate-limited":
      return "Look at `plumbline incident list`: these are open as well and were not sent one by one.";
    default:
      return reason satisfies never;
  }
}

const fromWhere = (location: string): string => (location === "default" ? "" : `from ${location} `);

function monitorStep(label: string): string {
  if (label.startsWith("delivery to ")) {
    return "Put the receiver right; `plumbline delivery list` shows what it has missed, and retry sends that again.";
  }
  if (label.startsWith("taking over")) {
    return "Run `plumbline validate` on the file: it names every mistake. The configuration before stays in force meanwhile.";
  }
  return "Check that a worker runs for these probes and has time for them: `plumbline status` shows what is late.";
}
