import { catalogue, scheduledOnly } from "../../src/scenario/resolve.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { code, sentence, table, titled } from "./markdown.ts";

const intro = [
  "A probe names one of these, such as `scenario: valid-request`. `plumbline audit` runs each once, except those of the last table. Write your own under [`scenarios`](config.md#scenariosname) in the configuration.",
  "*Sent* is the most requests of one run, before retries; *output* is the most tokens of all its answers. Targets refuse a wrong request with different statuses, so Plumbline learns the status. That a wrong key gets no completion is a rule from the first run.",
];

/** The page about built-in scenarios, from the catalogue. */
export function scenariosPage(): string {
  const sent = (scenario: Scenario): number => scenario.maxSent ?? scenario.maxCalls;
  const answered = catalogue.filter((it) => it.polarity === "positive" && sent(it) > 0);
  const refused = catalogue.filter((it) => it.polarity === "negative" && sent(it) > 0);
  const rehearsed = catalogue.filter((it) => sent(it) === 0);
  const tableOf = (scenarios: readonly Scenario[]): string =>
    table(
      ["scenario", "sent", "output", "question"],
      scenarios.map((it) => [code(it.name), String(sent(it)), String(it.maxOutputTokens), sentence(it.summary)]),
    );
  return [
    titled("Built-in scenarios", "`src/scenario/`", ...intro),
    `## Requests that the target must answer\n\n${tableOf(answered)}`,
    `## Requests that the target should refuse\n\nThe target must refuse a wrong key. For the others, Plumbline learns what the target does, and reports a change.\n\n${tableOf(refused)}`,
    `## Tests of the client\n\nThese run on a fake connection: they send nothing and cost nothing.\n\n${tableOf(rehearsed)}`,
    `## On a schedule only\n\n${tableOf(scheduledOnly)}`,
  ].join("\n");
}
