import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { play } from "../../src/run/play.ts";
import type { World } from "../../src/run/world.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { probe } from "../probe/samples.ts";
import { fakeExchanger, ok } from "./fake-exchanger.ts";

async function headersSent(traceparent: boolean | undefined) {
  const exchanger = fakeExchanger(() => ok());
  const tracer = new TracerProvider().getTracer("test");
  const world: World = {
    clock: systemClock,
    random: () => 0.5,
    exchanger,
    runs: undefined as never,
    secret: () => "none",
    redact: (text) => text,
    log: silentLog,
    tracer,
  };
  const span = tracer.startSpan("probe");
  const asked = { ...probe, target: { ...probe.target, traceparent } };
  await play(world, asked, scenarioOf(asked.scenario), span);
  return { headers: exchanger.sent[0]?.headers ?? {}, traceId: span.spanContext().traceId };
}

test("a target is told of our trace only where the configuration says so", async () => {
  expect((await headersSent(undefined)).headers).not.toHaveProperty("traceparent");
  const { headers, traceId } = await headersSent(true);
  expect(headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
});
