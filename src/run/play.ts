import type { Span } from "@opentelemetry/api";
import { chatRequest } from "../exchange/chat-codec.ts";
import type { Observation } from "../observation/observation.ts";
import { observe } from "../observation/observe.ts";
import type { Probe } from "../probe/probe.ts";
import { freshNonce } from "../scenario/nonce.ts";
import type { Call, Scenario } from "../scenario/scenario.ts";
import { measureCall } from "./measure.ts";
import { endCallSpan, inAttemptSpan, startCallSpan } from "./spans.ts";
import type { World } from "./world.ts";

/** Makes the scenario's calls one after the other and keeps the facts of each. */
export async function play(world: World, probe: Probe, scenario: Scenario, runSpan: Span): Promise<Observation[]> {
  const context = { nonce: probe.nonce ? freshNonce(world.random) : undefined };
  const patterns = scenario.expectations.flatMap((rule) => (rule.kind === "text-matches" ? [rule.pattern] : []));
  const done: Observation[] = [];
  for (;;) {
    const call = scenario.nextCall(done, context);
    if (call === undefined) return done;
    if (done.length === scenario.maxCalls) throw new Error(`${scenario.name} wants more calls than it announced`);
    done.push(await makeCall(world, probe, call, patterns, runSpan));
  }
}

async function makeCall(
  world: World,
  probe: Probe,
  call: Call,
  patterns: readonly string[],
  runSpan: Span,
): Promise<Observation> {
  const { target } = probe;
  const request = chatRequest(target, call.ask, credentialFor(world, probe, call), call);
  const span = startCallSpan(world.tracer, runSpan, probe, call);
  const exchange = await world.exchanger.exchange(request, target.policy, target.name, (ordinal, attempt) =>
    inAttemptSpan(world.tracer, span, request, ordinal, attempt),
  );
  const observation = observe(call, exchange, patterns, world.redact);
  endCallSpan(span, observation);
  if (world.metrics !== undefined) measureCall(world.metrics, probe, observation);
  return observation;
}

/** Obviously fake, as long as real ones are, and always the same: the target's answer must not vary with it. */
const invalidKey = "sk-plumbline-invalid-key-0000000000000000000000000000";

function credentialFor(world: World, { target }: Probe, call: Call): string | undefined {
  switch (call.credential) {
    case "configured":
      return target.key === undefined ? undefined : world.secret(target.key);
    case "invalid":
      return invalidKey;
    case "none":
      return undefined;
    default:
      return call.credential satisfies never;
  }
}
