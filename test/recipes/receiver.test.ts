import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scratchCopy } from "./scratch-copy.ts";

/** A kind of receiver that Plumbline does not have, as a contributor would write it. */
const row = (wakesPeople: boolean): string => `import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { fit } from "../wording.ts";

interface MattermostReceiver extends ChatReceiver {
  readonly kind: "mattermost";
}

const schema = chat.describe("an incoming webhook of Mattermost");

export const mattermost: ReceiverKind<typeof schema, MattermostReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "mattermost", ...common, url }),
  secrets: () => [],
  wakesPeople: ${wakesPeople},
  forgets: false,
  statuses: { delivered: [200] },
  render({ alert }, receiver, secret) {
    return jsonMessage(urlOf(receiver, secret), { text: \`\${headline(alert)}: \${fit(alert.summary, 400)}\` });
  },
};
`;

const itsTest = `import { expect, test } from "vitest";
import { kindOf } from "../../../src/receivers/receivers.ts";
import { atMs, entryFor } from "../../notify/samples.ts";

test("the summary is the text", () => {
  const common = { name: "ops", allowPrivate: false, timeoutMs: 1000 };
  const receiver = { ...common, kind: "mattermost", url: { env: "A" } };
  const message = kindOf(receiver).render(entryFor("ops"), receiver, () => "https://mattermost.example.com/hooks/x", atMs);
  expect(message).toMatchObject({ url: "https://mattermost.example.com/hooks/x", body: expect.stringContaining("FIRING") });
});
`;

const config = `targets:
  mini: { baseUrl: https://api.cometapi.com/v1, model: gpt-4o-mini, key: { env: COMETAPI_KEY } }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
receivers:
  ops:
    mattermost: { url: { env: MATTERMOST_WEBHOOK } }
`;
const digest = "digest: { receivers: [ops] }\n";

const tests = ["test/receivers/mattermost", "test/config/receivers.test.ts"];

test("following the recipe for a receiver is enough", () => {
  const recipe = readFileSync("CONTRIBUTING.md", "utf8").match(/^\| add a receiver \|.*$/m)?.[0] ?? "";
  using copy = scratchCopy();
  // Each step names its file, and CONTRIBUTING.md names the same files.
  const steps: readonly [named: string, step: () => void][] = [
    ["src/receivers/<kind>/receiver.ts", () => copy.write("src/receivers/mattermost/receiver.ts", row(false))],
    [
      "src/receivers/receivers.ts",
      () => {
        const table = "src/receivers/receivers.ts";
        copy.replace(
          table,
          "import { ntfy }",
          'import { mattermost } from "./mattermost/receiver.ts";\nimport { ntfy }',
        );
        copy.replace(table, "  ntfy,\n", "  ntfy,\n  mattermost,\n");
      },
    ],
    ["test/receivers/<kind>/receiver.test.ts", () => copy.write("test/receivers/mattermost/receiver.test.ts", itsTest)],
    [
      "docs/receivers.md",
      () => {
        const page = "docs/receivers.md";
        copy.replace(page, "  phone:\n", "  ops:\n    mattermost: { url: { env: MATTERMOST_WEBHOOK } }\n  phone:\n");
        copy.replace(page, "| `ntfy` |", "| `mattermost` | a text | 200 | – |\n| `ntfy` |");
      },
    ],
    ["npm run schema", () => expect(copy.run("scripts/generate-schema.ts")).toMatchObject({ status: 0 })],
    ["npm run docs", () => expect(copy.run("scripts/generate-reference.ts")).toMatchObject({ status: 0 })],
  ];
  for (const [named, step] of steps) {
    expect(recipe).toContain(`\`${named}\``);
    step();
  }
  expect(copy.run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json")).toEqual({ status: 0, output: "" });

  copy.write(
    "recipe.config.ts",
    'export default { test: { include: ["test/**/*.test.ts"], testTimeout: 300_000 } };\n',
  );
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "recipe.config.ts"];
  const ran = copy.run(...vitest, ...tests);
  expect(ran.status, ran.output).toBe(0);

  copy.write("plumbline.yaml", config);
  const valid = copy.run("src/main.ts", "validate", "plumbline.yaml");
  expect(valid.status, valid.output).toBe(0);

  // The digest asks the row: nothing else has to know that a new kind wakes people.
  copy.write("plumbline.yaml", config + digest);
  expect(copy.run("src/main.ts", "validate", "plumbline.yaml").status).toBe(0);
  copy.write("src/receivers/mattermost/receiver.ts", row(true));
  const refused = copy.run("src/main.ts", "validate", "plumbline.yaml");
  expect(refused).toMatchObject({ status: 2, output: expect.stringContaining("which is mattermost") });

  // A row that lacks something does not compile.
  copy.write("src/receivers/mattermost/receiver.ts", row(false).replace("  wakesPeople: false,\n", ""));
  const incomplete = copy.run("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
  expect(incomplete.status).not.toBe(0);
  expect(incomplete.output).toContain("wakesPeople");
});
