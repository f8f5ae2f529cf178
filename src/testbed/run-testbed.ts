import { controlPath } from "./control.ts";
import { driftNamed, drifts } from "./drifts.ts";
import { type Testbed, openTestbed } from "./testbed.ts";

export interface TestbedIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Calls back when the person asks to stop. */
  onSignal(listener: () => void): void;
}

/** Serves the test bed until a signal arrives. Resolves to the exit code: 0, or 1 if the port is not available. */
export async function runTestbed(
  io: TestbedIo,
  options: { readonly port?: number | undefined; readonly drifts?: readonly string[] },
): Promise<number> {
  const active = (options.drifts ?? []).map((name) => driftNamed(name)?.name);
  if (active.includes(undefined)) {
    io.stderr.write(`no such drift; there are ${drifts.map(({ name }) => name).join(", ")}\n`);
    return 2;
  }
  const ended = Promise.withResolvers<void>();
  io.onSignal(ended.resolve);
  let testbed: Testbed;
  try {
    testbed = await openTestbed({ port: options.port, active: active.flatMap((name) => name ?? []) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    io.stderr.write(
      `The test bed cannot listen on port ${options.port ?? 0}: ${reason}\nTry another port; --port 0 picks a free one.\n`,
    );
    return 1;
  }
  io.stdout.write(testbedGuide(testbed));
  await ended.promise;
  await testbed.close();
  io.stdout.write(`Stopped after ${testbed.requests()} requests.\n`);
  return 0;
}

/** How to use a running test bed by hand. The key is valid only for this test bed. */
export function testbedGuide(testbed: Pick<Testbed, "baseUrl" | "origin" | "key">): string {
  const widest = Math.max(...drifts.map(({ name }) => name.length));
  const table = drifts.map(({ name, sentence, reportedAs }) => {
    return `  ${name.padEnd(widest)}  ${sentence}\n  ${" ".repeat(widest)}  reported as: ${reportedAs.join(" or ")}`;
  });
  const control = `${testbed.origin}${controlPath}`;
  return `A chat-completions provider that can be made to drift.

  base URL  ${testbed.baseUrl}
  key       export PLUMBLINE_TESTBED_KEY=${testbed.key}

Send a request:
  curl -s ${testbed.baseUrl}/chat/completions -H "authorization: Bearer $PLUMBLINE_TESTBED_KEY" \\
    -H "content-type: application/json" -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}'

Drifts:
${table.join("\n")}

Activate one, deactivate it, list all:
  curl -s ${control} -d '{"name":"${drifts[0].name}","active":true}'
  curl -s ${control} -d '{"name":"${drifts[0].name}","active":false}'
  curl -s ${control}

Press Ctrl-C to stop.
`;
}
