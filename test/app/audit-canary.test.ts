import { expect, test } from "vitest";
import { audit } from "../../src/app/audit.ts";
import { planAudit } from "../../src/audit/plan.ts";
import { auditRenderers } from "../../src/app/audit-renderers.ts";
import { loadConfig } from "../../src/config/load.ts";
import { oddSecrets, spellingsOf, tracesOf } from "../std/secret-spellings.ts";
import { completion, hostileProvider, listen } from "./hostile-provider.ts";
import { allRoles } from "../../src/config/roles.ts";

test.each(["with signs", "small letters only"])(
  "an audit of a provider that says the key again, %s, writes nothing of it",
  async (make) => {
    const key = oddSecrets[make] ?? "";
    await using provider = await listen(hostileProvider(() => Object.values(spellingsOf(key))));
    const env = { CANARY: key };
    const client = "{ connect: 300ms, firstByte: 300ms, firstContent: 300ms, idle: 300ms, total: 500ms, retries: 0 }";
    const text = `targets:
  hostile: { baseUrl: "${provider.url}/v1", model: gpt-4o-mini, key: { env: CANARY }, client: ${client} }
probes: [{ name: one, target: hostile, scenario: valid-request, every: 1m }]
`;
    const sources = { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: allRoles };
    const loaded = loadConfig({ file: "test", text }, sources);
    if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
    const [target] = loaded.config.targets;
    if (target === undefined) throw new Error("no target");
    const notified: string[] = [];
    const document = await audit({
      config: loaded.config,
      target,
      plan: planAudit(target, Date.now()),
      env,
      approvedMicroUsd: undefined,
      pinned: undefined,
      progress: (done, of, scenario) => void notified.push(`${done}/${of} ${scenario}`),
    });
    const written = [...notified, ...Object.values(auditRenderers).map((render) => render(document))];
    expect(notified.length).toBeGreaterThan(15);
    expect(document.decision.readiness).not.toBe("READY");
    for (const page of written.slice(notified.length)) expect(page.length).toBeGreaterThan(2000);
    const forbidden = [...tracesOf(key), completion.slice(0, 22)];
    expect(written.flatMap((page) => forbidden.filter((it) => page.includes(it)))).toEqual([]);
  },
);
