import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblems } from "../../src/config/render.ts";
import { valid } from "./malformed.ts";
import { allRoles } from "../../src/config/roles.ts";

function load(api: string, env: Record<string, string> = {}) {
  const context = { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: allRoles };
  return loadConfig({ file: "plumbline.yaml", text: `${valid}\napi: ${api}\n` }, context);
}
const both = "{ publicUrl: https://plumbline.example.com/, linkKey: { env: LINK_KEY } }";

test("where people reach the service, and what links are signed with", () => {
  const loaded = load(both, { LINK_KEY: "x".repeat(32) });
  expect(loaded).toMatchObject({
    config: { actionLinks: { publicUrl: "https://plumbline.example.com", key: { env: "LINK_KEY" } } },
  });
});

test("without them there are no links", () => {
  const loaded = load("{}");
  expect("config" in loaded && loaded.config.actionLinks).toBeUndefined();
});

test("a proxy may name people; without its addresses anybody could", () => {
  const proxy = "trustedProxy: { userHeader: X-Auth-User, writers: [ann] }";
  expect(load(`{ trustedProxies: [10.0.0.0/8], ${proxy} }`)).toMatchObject({
    config: { trustedProxy: { userHeader: "x-auth-user", writers: ["ann"] } },
  });
  const loaded = load(`{ ${proxy} }`);
  expect("problems" in loaded ? renderProblems(loaded.problems) : "it loaded").toContain("trustedProxies as well");
});

test("an identity provider needs the address that it sends people back to", () => {
  const openId =
    "openId: { issuer: 'https://id.example.com', clientId: p, clientSecret: { env: S }, readers: everybody }";
  const loaded = load(`{ ${openId} }`);
  expect("problems" in loaded ? renderProblems(loaded.problems) : "it loaded").toContain("publicUrl as well");
});

describe("what is wrong with them", () => {
  test.each([
    ["one without the other", "{ publicUrl: https://plumbline.example.com }", {}, "linkKey as well"],
    ["the other without the one", "{ linkKey: { env: LINK_KEY } }", { LINK_KEY: "x".repeat(32) }, "publicUrl as well"],
    ["no address", "{ publicUrl: plumbline, linkKey: { env: LINK_KEY } }", {}, "an http or https URL"],
    ["a key that is not there", both, {}, "environment variable LINK_KEY"],
    ["a key that can be guessed", both, { LINK_KEY: "secret" }, "at least 20 characters"],
    [
      "a key that is written down",
      "{ publicUrl: https://a.example, linkKey: hunter2secret }",
      {},
      "a reference to the secret",
    ],
  ])("%s", (_what, api, env, words) => {
    const loaded = load(api, env);
    const said = "problems" in loaded ? renderProblems(loaded.problems) : "it loaded";
    expect(said).toContain(words);
    expect(said).not.toContain("hunter2secret");
  });
});
