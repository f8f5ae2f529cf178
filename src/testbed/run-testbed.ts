import { controlPath } from "./control.ts";
import { drifts } from "./drifts.ts";
import { type Testbed, openTestbed } from "./testbed.ts";

export interface TestbedIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Calls back once the person wants it to end. */
  onSignal(listener: () => void): void;
}

/** Serves the test bed until a signal comes. Resolves to the exit code: 0, or 1 when the port cannot be had. */
export async function runTestbed(io: TestbedIo, options: { readonly port?: number | undefined }): Promise<number> {
  const ended = Promise.withResolvers<void>();
  io.onSignal(ended.resolve);
  let testbed: Testbed;
  try {
    testbed = await openTestbed({ port: options.port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    io.stderr.write(
      `The test bed cannot listen on port ${options.port ?? 0}: ${reason}\nTry another: --port 0 takes a free one.\n`,
    );
    return 1;
  }
  io.stdout.write(testbedGuide(testbed));
  await ended.promise;
  await testbed.close();
  io.stdout.write(`Stopped after ${testbed.requests()} requests.\n`);
  return 0;
}

/** How to use a running test bed by hand. The key opens nothing but this test bed. */
export function testbedGuide(testbed: Pick<Testbed, "baseUrl" | "origin" | "key">): string {
  const widest = Math.max(...drifts.map(({ name }) => name.length));
  const table = drifts.map(({ name, sentence, reportedAs }) => {
    return `  ${name.padEnd(widest)}  ${sentence}\n  ${" ".repeat(widest)}  reported as: ${reportedAs.join(" or ")}`;
  });
  const control = `${testbed.origin}${controlPath}`;
  return `A chat-completions provider that can be made to drift.

  base URL  ${testbed.baseUrl}
  key       export PLUMBLINE_TESTBED_KEY=${testbed.key}

Ask it something:
  curl -s ${testbed.baseUrl}/chat/completions -H "authorization: Bearer $PLUMBLINE_TESTBED_KEY" \\
    -H "content-type: application/json" -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}'

Drifts:
${table.join("\n")}

Switch one on, off, list them:
  curl -s ${control} -d '{"name":"${drifts[0].name}","active":true}'
  curl -s ${control} -d '{"name":"${drifts[0].name}","active":false}'
  curl -s ${control}

Ctrl-C ends it.
`;
}
