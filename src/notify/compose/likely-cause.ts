import type { GroupMembers, Incident } from "../../incident/incident.ts";
import { isAboutPairs } from "../../judgement/output/pair-judge.ts";
import { isAboutBlindness } from "../../judgement/spend/blind.ts";
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
  const [finding] = incident.findings;
  if (incident.kind === "availability") {
    const isAnswered = status !== undefined || /^(malformed|certificate)/.test(finding?.observed ?? "");
    return isAnswered ? "provider" : "network";
  }
  const refusalWasExpected = incident.findings.some(({ expected }) => /\b40[13]\b/.test(expected));
  const isRefused = status === 401 || status === 402 || status === 403 || ofAccount.test(finding?.observed ?? "");
  return isRefused && !refusalWasExpected ? "credentials" : "provider";
}

/** Words of errors that are about the key or the credit of its account. */
const ofAccount =
  /insufficient[ _](balance|quota|credit|funds)|exceeded_current_quota|invalid[ _]?api[ _]?key|unauthorized|authentication/i;

function isOverdraft({ findings }: Incident): boolean {
  return findings.some(({ subject }) => subject === overdraftSubject);
}

const isCap = ({ label }: Incident): boolean => label.startsWith("spend cap ");

/** One safe first action. */
export function nextStep(incident: Incident, cause: LikelyCause): string {
  if (incident.state === "resolved") return "No action needed. The evidence is kept for your review.";
  const { target, location, group } = incident;
  const status = incident.evidence.at(-1)?.status;
  if (group !== undefined) return groupStep(group, location);
  if (cause === "credentials") return `Check that the API key of ${target} is valid, has credit and may use the model.`;
  if (status === 429)
    return `Check the rate limits and the credit of the API key of ${target}. Raise them, or probe less often.`;
  if (cause === "network" || isAboutCertificate(incident)) return networkStep(incident);
  switch (incident.kind) {
    case "availability":
      return "Check the provider's status page. If the outage lasts, move traffic and open a ticket with the request id.";
    case "expectation":
      if (status !== undefined && status >= 500) {
        return "Check the provider's status page. If the errors last, move traffic and open a ticket with the request id.";
      }
      return "Run the probe once by hand. If it fails again, hold traffic that depends on this rule and ask the provider.";
    case "policy":
      return "Treat this as a security incident: a request that must be refused was answered. Notify the provider now.";
    case "contract":
      return "Check that your parsers accept the new response shape. Ask the provider whether the change is intended.";
    case "error-shape":
      return "Check that your error handling and retries still recognise this error. Ask whether the change is intended.";
    case "latency":
      return "Check the timeouts and queues of your clients. Compare with other models of the same provider.";
    case "usage":
      return "Check the new cost of a request and your spend caps. Ask the provider whether token counting has changed.";
    case "budget":
      if (isOverdraft(incident))
        return "Check the token usage of the run. Ask the provider whether it enforces the output limit, and how it counts.";
      if (isAboutBlindness(incident.label))
        return `Resume the paused probes of ${target}, raise its cap, or start a worker. Until then nobody notices an outage.`;
      if (isCap(incident))
        return "To check again now, raise the cap and reload the configuration. Otherwise wait: runs start again by themselves.";
      return "Check the recent spend. Probe less often, or raise the cap if the spend is intended.";
    case "output":
      if (isAboutPairs(incident.label))
        return "Ask both providers which version of the model they serve. Until they agree, send what depends on the model to the reference.";
      return (
        "Compare the target with a reference (`plumbline compare`), ask the provider, pin a dated snapshot, " +
        "or accept the change as the new baseline."
      );
    case "monitor":
      return monitorStep(incident.label);
    default:
      return incident.kind satisfies never;
  }
}

const isAboutCertificate = ({ kind, findings }: Incident): boolean =>
  kind === "availability" && findings[0]?.observed.startsWith("certificate") === true;

function networkStep({ target, location, findings }: Incident): string {
  const observed = findings[0]?.observed ?? "";
  if (observed.startsWith("certificate expired"))
    return `Ask the operator of ${target} to renew its certificate, and move traffic: clients refuse the connection until then.`;
  if (observed.startsWith("certificate") || observed.includes("client certificate"))
    return `Check who changed the certificates of ${target}. A private authority or a client certificate goes into client.tls.`;
  return `Check DNS, TLS and the network path ${fromWhere(location)}to ${target}, then the provider's status page.`;
}

function groupStep({ reason, targets = [] }: GroupMembers, location: string): string {
  switch (reason) {
    case "provider-is-down":
      return "Check the provider's status page and move traffic. The named targets send no separate alerts.";
    case "no-connectivity":
      return `Check the outbound network ${fromWhere(location)}(DNS, proxy, firewall, certificates). Targets send no separate alerts until it works.`;
    case "clock-is-wrong":
      return "Correct the clock of this machine (NTP). Until then, runs raise no alerts because their times are unreliable.";
    case "monitor-overloaded":
      return `Give the worker at ${location} more CPU time or fewer probes. Until then, its runs raise no alerts.`;
    case "moved-together":
      return (
        "Run `plumbline incident show` for each change, and ask the provider. If it is permanent: " +
        `plumbline baseline planned --target ${targets.length === 1 ? targets[0] : "<name>"} --why "…"`
      );
    case "rate-limited":
      return "See the list of incidents: these are open too, and had no separate alerts.";
    default:
      return reason satisfies never;
  }
}

const fromWhere = (location: string): string => (location === "default" ? "" : `from ${location} `);

/** Of the incident about a configuration that was rejected. */
export const configurationLabel = "applying the configuration";

function monitorStep(label: string): string {
  if (label.startsWith("delivery to ")) {
    return "Fix the receiver. `plumbline delivery list` shows the alerts it missed, `plumbline delivery retry` resends them.";
  }
  if (label === configurationLabel) {
    return "Run `plumbline validate` on the file to see every mistake. The previous configuration stays active until then.";
  }
  return "Check that a worker runs for these probes and is not overloaded. `plumbline status` shows late probes.";
}
