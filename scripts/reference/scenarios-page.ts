import { catalogue, scheduledOnly } from "../../src/scenario/resolve.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { code, sentence, table, titled } from "./markdown.ts";

const intro = [
  "What a probe can ask by name, `scenario: valid-request`. `plumbline audit` plays all but those of the last list once. Questions of your own stand under [`scenarios`](config.md#scenariosname) in the configuration.",
  "*Sent* is how many requests one run sends at most, before retries; *output* how many tokens the answers may have together. Which status refuses a wrong request differs from target to target and is learned; that a wrong key gets no completion is not.",
];

/** The page about built-in scenarios, from the catalogue. */
export function scenariosPage(): string {
  const sent = (scenario: Scenario): number => scenario.maxSent ?? scenario.maxCalls;
  const answered = catalogue.filter((it) => it.polarity === "positive" && sent(it) > 0);
  const refused = catalogue.filter((it) => it.polarity === "negative" && sent(it) > 0);
  const rehearsed = catalogue.filter((it) => sent(it) === 0);
  const tableOf = (scenarios: readonly Scenario[]): string =>
    table(
      ["scenario", "sent", "output", "what it asks"],
      scenarios.map((it) => [code(it.name), String(sent(it)), String(it.maxOutputTokens), sentence(it.summary)]),
    );
  return [
    titled("Built-in scenarios", "`src/scenario/`", ...intro),
    `## A good target answers\n\n${tableOf(answered)}`,
    `## A refusal is no failure\n\nA key that is wrong must be refused. For the rest what the target does is learned, and told when it changes.\n\n${tableOf(refused)}`,
    `## Of the client itself\n\nRehearsed on a connection that leads nowhere: nothing is sent, nothing is paid.\n\n${tableOf(rehearsed)}`,
    `## On a schedule only\n\n${tableOf(scheduledOnly)}`,
  ].join("\n");
}
