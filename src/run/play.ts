import type { Span } from "@opentelemetry/api";
import { protocolOf } from "../protocol/of-target.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Observation } from "../observation/observation.ts";
import { observe } from "../observation/observe.ts";
import { withPlausibleUsage } from "../observation/plausible-usage.ts";
import type { Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Clock } from "../std/clock.ts";
import { freshNonce } from "../scenario/nonce.ts";
import type { Call, Scenario } from "../scenario/scenario.ts";
import { inSpan } from "../telemetry/in-span.ts";
import { measureCall } from "./measure.ts";
import { describeCall, inAttemptSpan, startCallSpan } from "./call-spans.ts";
import type { World } from "./world.ts";

/** Makes the calls of the scenario one after the other and returns the facts of each. */
export async function play(world: World, probe: Probe, scenario: Scenario, runSpan: Span): Promise<Observation[]> {
  const { target } = probe;
  const { random } = world;
  const nonce = probe.nonce ? freshNonce(random) : undefined;
  const context = { target, nowMs: world.clock.nowMs(), random, nonce };
  const done: Observation[] = [];
  for (;;) {
    const call = scenario.nextCall(done, context);
    if (call === undefined) return done;
    if (done.length === scenario.maxCalls) throw new Error(`${scenario.name} made more calls than its maxCalls`);
    if (call.afterMs !== undefined) await world.sleep?.(call.afterMs);
    done.push(await makeCall(world, probe, call, scenario, runSpan));
  }
}

function makeCall(world: World, probe: Probe, call: Call, scenario: Scenario, runSpan: Span): Promise<Observation> {
  const target = call.target ?? probe.target;
  const asked = call.target === undefined ? probe : { ...probe, target };
  const { inject } = call;
  const { expectations } = scenario;
  const policy = call.policy?.(target.policy) ?? target.policy;
  const protocol = protocolOf(target);
  const errorEnvelope = target.contract?.errorEnvelope;
  const exchangeIn = (span: Span): Promise<Exchange> => {
    const plain = protocol.request(target, call.ask, credentialFor(world, target, call), call);
    const secretHeaders = Object.entries(target.secretHeaders ?? {}).map(([name, ref]) => [name, world.secret(ref)]);
    const headers = {
      ...(Object.fromEntries(secretHeaders) as Record<string, string>),
      ...plain.headers,
      ...(target.traceparent === true && { traceparent: traceparentOf(span) }),
    };
    const request = { ...plain, headers, inject };
    return world.exchanger.exchange(request, policy, breakerFor(asked, call), (ordinal, attempt) =>
      inAttemptSpan(world, span, request, ordinal, attempt),
    );
  };
  return inSpan(startCallSpan(world.tracer, runSpan, asked, call), async (span) => {
    const stepSince = measureClockStep(world.clock);
    const exchange = await exchangeIn(span);
    const seen = withPlausibleUsage(
      observe(call, exchange, { protocol, expectations, names: [target.model], redact: world.redact, errorEnvelope }),
      scenario,
    );
    const clockStepMs = stepSince();
    const observation = {
      ...seen,
      ...estimateOf(world, target, call),
      ...(call.target === undefined ? {} : { via: target.name }),
      ...(clockStepMs === undefined ? {} : { clockStepMs }),
    };
    const chunks = chunksIn(exchange);
    describeCall(span, observation, target.provider, chunks);
    if (world.metrics !== undefined && inject === undefined && seen.isFree !== true)
      measureCall(world.metrics, asked, observation, chunks ?? 0);
    return observation;
  });
}

/** Nothing is estimated for a request that is changed after its prompt was counted. */
function estimateOf(
  { countTokens }: World,
  target: Target,
  { ask, mutate, corrupt, path, method }: Call,
): Pick<Observation, "estimatedPromptTokens"> {
  const { tokenizer } = target;
  if (countTokens === undefined || tokenizer === undefined) return {};
  if (mutate !== undefined || corrupt !== undefined || path !== undefined || method !== undefined) return {};
  const estimatedPromptTokens = protocolOf(target).estimatePromptTokens(ask, tokenizer, countTokens);
  return estimatedPromptTokens === undefined ? {} : { estimatedPromptTokens };
}

/** Clock slewing and rounding stay far below. */
const noticeableStepMs = 1_000;

/** How far the two clocks drifted apart since the call; undefined when they did not. */
function measureClockStep(clock: Clock): () => number | undefined {
  const differenceMs = (): number => clock.nowMs() - clock.monotonicMs();
  const beforeMs = differenceMs();
  return () => {
    const stepMs = Math.round(differenceMs() - beforeMs);
    return Math.abs(stepMs) < noticeableStepMs ? undefined : stepMs;
  };
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

/** undefined: no stream. */
function chunksIn({ attempts }: Exchange): number | undefined {
  const last = attempts.at(-1)?.outcome;
  return last?.kind === "reply" && last.body.form === "stream" ? last.body.chunks.length : undefined;
}

/** Injected faults must neither open the circuit breaker of the real target nor be stopped by it. */
function breakerFor({ id, target }: Probe, { inject, breaker }: Call): string | undefined {
  if (breaker !== undefined) return `${id}/${breaker}`;
  return inject === undefined ? target.name : undefined;
}

/** Obviously fake, as long as real keys, and constant: the reply must not vary with it. */
const invalidKey = "sk-plumbline-invalid-key-0000000000000000000000000000";

function credentialFor(world: World, target: Target, { credential }: Call): string | undefined {
  switch (credential) {
    case "configured":
      return target.key === undefined ? undefined : world.secret(target.key);
    case "invalid":
      return invalidKey;
    case "none":
      return undefined;
    default:
      return world.secret(credential);
  }
}
