import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/config.ts";
import { valid } from "./malformed.ts";

function load(text: string) {
  const context = {
    env: {},
    readFile: () => undefined,
    scenarios: ["valid-request", "invalid-key"],
    checkSecrets: [],
  };
  return loadConfig({ file: "plumbline.yaml", text }, context);
}

function configOf(text: string): Config {
  const loaded = load(text);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const page = readFileSync("docs/alerts.md", "utf8");
const [block = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");
const team = "receivers:\n  team: { slack: { url: { env: A } } }\n";

describe("the page about alerts", () => {
  const config = configOf(block);

  test("its example is read as it is explained", () => {
    const { routes, policies, maintenance, groupWaitMs } = config.alerting;
    expect(routes).toEqual([
      {
        name: "pages",
        match: { tier: ["page"] },
        receivers: ["pager", "team"],
        escalate: { afterMs: 900_000, receivers: ["lead"] },
      },
      { name: "tickets", match: { tier: ["ticket"] }, receivers: ["team"] },
    ]);
    expect(policies["team"]).toEqual({
      hours: {
        tz: "Europe/Berlin",
        days: [1, 2, 3, 4, 5],
        fromMinute: 480,
        toMinute: 1080,
        outside: "hold",
        pages: "always",
      },
    });
    expect(policies["pager"]).toEqual({ maxPerHour: 10 });
    expect(maintenance).toEqual([
      {
        name: "nightly",
        match: { target: ["mini", "comet-*"], kind: ["availability", "latency"] },
        cron: "0 2 * * *",
        tz: "Europe/Berlin",
        forMs: 3_600_000,
      },
    ]);
    expect(groupWaitMs).toBe(30_000);
  });

  test("the target's tier holds for its probes unless one says otherwise", () => {
    expect(config.probes.map(({ name, tier }) => [name, tier])).toEqual([
      ["valid", "page"],
      ["chatty", "ticket"],
    ]);
    expect(config.probes.every(({ incident }) => incident.reopenWithinMs === 1_800_000)).toBe(true);
  });

  test("it names every reason that there is", () => {
    const reasons =
      readFileSync("src/notify/route/route.ts", "utf8").match(/export type NotNotifiedReason =([^;]*);/)?.[1] ?? "";
    const mutes = [...readFileSync("src/incident/inhibit.ts", "utf8").matchAll(/readonly reason: "([a-z-]+)"/g)];
    const named = [...reasons.matchAll(/\| "([a-z-]+)"/g), ...mutes].map(([, reason]) => reason ?? "");
    expect(named.length).toBeGreaterThan(9);
    expect(named.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  });
});

test("days may be a list, a span over the weekend, or both", () => {
  const days = (text: string) => {
    const hours = `hours: { from: "08:00", to: "18:00", days: "${text}" }`;
    const { alerting } = configOf(`${valid}receivers:\n  team: { slack: { url: { env: A } }, ${hours} }\n`);
    return alerting.policies["team"]?.hours?.days;
  };
  expect(days("sat, sun")).toEqual([0, 6]);
  expect(days("fri-mon")).toEqual([0, 1, 5, 6]);
  expect(days("mon-wed,sat")).toEqual([1, 2, 3, 6]);
});

test.each([
  ["an unknown receiver", `${team}routes: [{ receivers: [teem] }]`, 'names of receivers; got "teem"'],
  [
    "an unknown successor",
    `${team}routes: [{ receivers: [team], escalate: { after: 5m, receivers: [boss] } }]`,
    'names of receivers; got "boss"',
  ],
  ["an unknown member", `${team}routes: [{ match: { teir: page }, receivers: [team] }]`, "a known key"],
  ["an unknown tier", `${team}routes: [{ match: { tier: pager }, receivers: [team] }]`, "tier"],
  [
    "no time of day",
    `receivers:\n  team: { slack: { url: { env: A } }, hours: { from: 8, to: "18:00" } }`,
    "a time such",
  ],
  [
    "no days",
    `receivers:\n  team: { slack: { url: { env: A } }, hours: { from: "08:00", to: "18:00", days: weekdays } }`,
    "days such",
  ],
  ["a window without an end", `maintenance: [{ name: x, cron: "0 2 * * *" }]`, "a duration"],
  [
    "a test of no receiver known",
    `${team}receiverTests: { receivers: [taem] }`,
    'receiverTests.receivers: names of receivers; got "taem"',
  ],
  [
    "a digest for nobody known",
    `${team}digest: { receivers: [taem] }`,
    'digest.receivers: names of receivers; got "taem"',
  ],
  ["a digest for nobody", `${team}digest: { receivers: [] }`, "digest.receivers"],
  ["a digest at no time of day", `${team}digest: { at: noon, receivers: [team] }`, "a time such"],
  [
    "a digest for a pager",
    `receivers:\n  pager: { pagerduty: { routingKey: { env: A } } }\ndigest: { receivers: [pager] }`,
    'receivers that wake nobody: a digest can wait, and nothing resolves it; got "pager", which is pagerduty',
  ],
  [
    "a digest for Alertmanager",
    `receivers:\n  am: { alertmanager: { url: "https://am.example.com" } }\ndigest: { receivers: [am] }`,
    'got "am", which is alertmanager',
  ],
  ["an unknown zone", `maintenance: [{ name: x, cron: "0 2 * * *", for: 1h, tz: Berlin }]`, "a time zone"],
])("%s is said in words", (_what, text, words) => {
  const loaded = load(`${valid}${text}\n`);
  const said =
    "problems" in loaded ? loaded.problems.map(({ path, expected, got }) => `${path}: ${expected}; got ${got}`) : [];
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(words);
});

test("receivers are tested if it is configured: all of them on Monday at ten", () => {
  expect(configOf(`${valid}${team}`).alerting.receiverTests).toBeUndefined();
  expect(configOf(`${valid}${team}receiverTests: {}\n`).alerting.receiverTests).toEqual({
    days: [1],
    atMinute: 600,
    tz: "UTC",
    receivers: ["team"],
  });
});

test("a digest is off unless somebody is named, and comes at eight", () => {
  expect(configOf(`${valid}${team}`).alerting.digest).toBeUndefined();
  expect(configOf(`${valid}${team}digest: { receivers: [team, team] }\n`).alerting.digest).toEqual({
    atMinute: 480,
    tz: "UTC",
    receivers: ["team"],
  });
  const late = `${valid}${team}digest: { at: "17:45", tz: Europe/Berlin, receivers: [team] }\n`;
  expect(configOf(late).alerting.digest).toMatchObject({ atMinute: 1065, tz: "Europe/Berlin" });
});
