import { createHash } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, inject, test, vi } from "vitest";
import { startReceiver } from "../notify/http-receiver.ts";
import { freshDatabase } from "../setup/databases.ts";
import { hostileProvider, listen } from "./hostile-provider.ts";
import { collectTelemetry, everyKey, everyRow, expectNone, expectWritten, startWatched } from "./watched-service.ts";
import { eventually } from "../setup/eventually.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-rotated-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** Of no form that keys are recognised by, before and after they are replaced. */
const before = {
  key: "Qz.heron,walks;3f9a",
  token: "Wy.otter,sleeps;c08e",
  password: "Jm.finch sings;71bd",
  idle: "Rb.curlew,calls;2a6d",
};
const after = {
  key: "Vx.badger,digs;5e2c",
  token: "Lk.marten,leaps;9d14",
  password: "Pt.lynx waits;66af",
  idle: "Gh.stoat,hides;84ce",
};
const signing = (filler: number): string => `whsec_${createHash("sha256").update(String(filler)).digest("base64")}`;
const values = [...Object.values(before), ...Object.values(after), signing(11).slice(6), signing(12).slice(6)];
const spelt = (value: string): string[] => [
  value,
  Buffer.from(value).toString("base64"),
  encodeURIComponent(value),
  value.slice(0, 11),
];

/** As Kubernetes replaces the files of a secret: all at once. */
function put(secrets: typeof before, hook: string): void {
  for (const [name, value] of Object.entries({ ...secrets, hook })) {
    writeFileSync(join(folder, `${name}.new`), `${value}\n`);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  }
}

test("keys and receivers' secrets that are replaced in their files while it runs reach no sink, old or new (I6)", async () => {
  await using opened = new AsyncDisposableStack();
  put(before, signing(11));
  const exported = await collectTelemetry(opened);
  let isReplaced = false;
  const keysSent = new Set<string>();
  let echoedSinceAll = 0;
  const tokensSent = new Set<string>();
  const provider = opened.use(
    await listen(
      hostileProvider(({ headers }) => {
        const sent = (headers.authorization ?? "").replace("Bearer ", "");
        keysSent.add(sent);
        if (!tokensSent.has(after.token)) return spelt(sent);
        echoedSinceAll += 1;
        return values.flatMap(spelt);
      }),
    ),
  );
  /** Takes nothing before the secrets are replaced: what failed is signed anew. */
  const receiver = opened.use(
    await startReceiver((response, { headers }) => {
      tokensSent.add((headers.authorization ?? "").replace("Bearer ", ""));
      // Its words are kept when it refuses: it knows no secret before the monitor does.
      const known = isReplaced ? values : [...Object.values(before), signing(11).slice(6)];
      response.writeHead(isReplaced ? 200 : 503, { "retry-after": "1" }).end(known.join(" "));
    }),
  );
  const database = opened.adopt(await freshDatabase(), (it) => it.drop());
  const text = `targets:
  bad: { baseUrl: "${provider.url}/v1", model: gpt-4o-mini, key: { file: ${folder}/key }, client: { connect: 500ms, firstByte: 500ms, total: 500ms, retries: 0 } }
  idle: { baseUrl: "${provider.url}/v1", model: gpt-4o-mini, key: { file: ${folder}/idle } }
probes:
  - { name: valid, target: bad, scenario: valid-request, every: 1s }
  - { name: streamed, target: bad, scenario: streamed-request, every: 1s }
receivers:
  oncall: { webhook: { url: "${receiver.url}", secrets: [{ file: ${folder}/hook }], allowPrivate: true } }
  phone: { ntfy: { url: "${receiver.url}", topic: { env: TOPIC }, token: { file: ${folder}/token }, allowPrivate: true } }
  mail: { email: { host: "127.0.0.1", port: 1, security: none, from: a@example.com, to: [b@example.com], user: a, password: { file: ${folder}/password }, allowPrivate: true } }
`;
  const env = { ...process.env, TOPIC: "plumbline-of-a-test" };
  const scenarios = ["valid-request", "streamed-request"];
  const storage = { databaseUrl: database.url, redisUrl: inject("redisUrl") };
  const { service, lines, secrets } = await startWatched(text, env, scenarios, storage);
  opened.defer(() => service.stop());
  await eventually(() => expect([...tokensSent]).toContain(before.token));
  put(after, signing(12));
  isReplaced = true;
  await eventually(() => expect([...tokensSent]).toContain(after.token));
  // The key of a target that nobody asks is learned by looking.
  await eventually(() =>
    expect(secrets.redact(`${after.idle} ${after.password} ${signing(12)}`)).toBe("[redacted] [redacted] [redacted]"),
  );
  echoedSinceAll = 0;
  await eventually(() => expect(echoedSinceAll).toBeGreaterThan(40));
  expect([...keysSent]).toEqual(expect.arrayContaining([before.key, after.key]));

  const rows = await everyRow(database.url);
  const redis = await everyKey(storage.redisUrl);
  const answers = await Promise.all(
    ["/metrics", "/api/v1/status", "/api/v1/incidents", "/api/v1/observations"].map(async (path) =>
      (await fetch(`${service.url}${path}`)).text(),
    ),
  );
  await opened.disposeAsync();

  const sinks = {
    rows,
    redis,
    telemetry: exported.join("\n"),
    log: lines.join("\n"),
    alerts: receiver.received.map(({ body }) => body).join("\n"),
    web: answers.join("\n"),
  };
  expect(sinks.alerts).toContain("opened");
  expect(sinks.telemetry).toContain("resourceSpans");
  expect(sinks.log).toContain("alert delivered");
  expectWritten(sinks);
  expectNone(values.flatMap(spelt), sinks);
});
