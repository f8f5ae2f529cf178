import { expect, test } from "vitest";
import { followRecipe, openScratchCopy } from "./recipe.ts";

/** A kind of receiver that Plumbline does not have, as a contributor would write it. */
const kind = `import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { chat, type ChatReceiver } from "../chat.ts";
import type { ReceiverKind } from "../receiver-kind.ts";
import { fit } from "../wording.ts";

interface RocketChatReceiver extends ChatReceiver {
  readonly kind: "rocketChat";
}

const schema = chat.describe("an incoming webhook of Rocket.Chat");

export const rocketChat: ReceiverKind<typeof schema, RocketChatReceiver> = {
  schema,
  resolve: ({ url }, common) => ({ kind: "rocketChat", ...common, url }),
  secrets: () => [],
  wakesPeople: false,
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
  const receiver = { ...common, kind: "rocketChat", url: { env: "A" } };
  const message = kindOf(receiver).render(entryFor("ops"), receiver, () => "https://chat.example.com/hooks/x", atMs);
  expect(message).toMatchObject({ url: "https://chat.example.com/hooks/x", body: expect.stringContaining("FIRING") });
});
`;

const config = `targets:
  mini: { baseUrl: https://api.cometapi.com/v1, model: gpt-4o-mini, key: { env: COMETAPI_KEY } }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
receivers:
  ops:
    rocketChat: { url: { env: ROCKET_CHAT_WEBHOOK } }
`;

const file = "src/receivers/rocket-chat/receiver.ts";

test("following the recipe for a receiver is enough", () => {
  using copy = openScratchCopy();
  const differences = followRecipe(copy, {
    wish: "add a receiver",
    test: "test/receivers/rocket-chat",
    edit() {
      copy.create(file, kind);
      copy.create("test/receivers/rocket-chat/receiver.test.ts", itsTest);
      const table = "src/receivers/receivers.ts";
      copy.replace(
        table,
        "import { ntfy }",
        'import { rocketChat } from "./rocket-chat/receiver.ts";\nimport { ntfy }',
      );
      copy.replace(table, "  ntfy,\n", "  ntfy,\n  rocketChat,\n");
      const page = "docs/receivers.md";
      copy.replace(page, "  phone:\n", "  ops:\n    rocketChat: { url: { env: ROCKET_CHAT_WEBHOOK } }\n  phone:\n");
      copy.replace(page, "| `ntfy` |", "| `rocketChat` | a text | 200 | – |\n| `ntfy` |");
    },
  });
  expect(differences).toEqual([]);
  copy.run("tsc");
  copy.run("vitest", "test/config/receivers.test.ts");
  copy.create("plumbline.yaml", config);
  copy.run("plumbline", "validate", "plumbline.yaml");

  // The digest asks the row: nothing else has to know that a new kind wakes people.
  copy.replace("plumbline.yaml", "receivers:\n", "digest: { receivers: [ops] }\nreceivers:\n");
  copy.run("plumbline", "validate", "plumbline.yaml");
  copy.replace(file, "wakesPeople: false", "wakesPeople: true");
  expect(() => copy.run("plumbline", "validate", "plumbline.yaml")).toThrow("which is rocketChat");

  // A row that lacks something does not compile.
  copy.replace(file, "  wakesPeople: true,\n", "");
  expect(() => copy.run("tsc")).toThrow("wakesPeople");
});
