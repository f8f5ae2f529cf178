/** What a finding about a target can be about: what routes and silences match, and what incidents are made of. */
export const targetFindingKinds = [
  "availability",
  "expectation",
  "policy",
  "contract",
  "error-shape",
  "latency",
  "usage",
  "budget",
  "output",
] as const;

/** `monitor` is no target's: trouble of the monitor itself. */
export const findingKinds = [...targetFindingKinds, "monitor"] as const;

/** How bad a finding is, the worst first. */
export const severities = ["breaking", "risky", "informative"] as const;
