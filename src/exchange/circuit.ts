import type { ClientPolicy } from "../probe/target.ts";

/** closed: all is sent · open: nothing is · half-open: one trial is under way. */
export type Circuit =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly untilMs: number }
  | { readonly state: "half-open" };

export const closedCircuit: Circuit = { state: "closed", failures: 0 };

/** May a request be sent now? The circuit returned is the one to keep. Times are monotonic. */
export function admit(circuit: Circuit, nowMs: number): { readonly admitted: boolean; readonly circuit: Circuit } {
  switch (circuit.state) {
    case "closed":
      return { admitted: true, circuit };
    case "open":
      return nowMs < circuit.untilMs
        ? { admitted: false, circuit }
        : { admitted: true, circuit: { state: "half-open" } };
    case "half-open":
      return { admitted: false, circuit };
    default:
      return circuit satisfies never;
  }
}

/** What the end of a request makes of the circuit. Only transient failures count against it. */
export function settle(circuit: Circuit, failed: boolean, policy: ClientPolicy["circuit"], nowMs: number): Circuit {
  if (!failed) return closedCircuit;
  const failures = circuit.state === "closed" ? circuit.failures + 1 : policy.failures;
  return failures >= policy.failures
    ? { state: "open", untilMs: nowMs + policy.openMs }
    : { state: "closed", failures };
}
