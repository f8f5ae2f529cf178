import { afterAll, beforeAll, expect, test } from "vitest";
import { diffAudits } from "../../src/audit/diff.ts";
import type { TestServer } from "../exchange/server.ts";
import { openWordModels } from "../scenario/word-models.ts";
import { auditOf, targetAt } from "./auditor.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openWordModels();
});
afterAll(() => server.close());

const at = (model: number, change = {}) => targetAt(`${server.url}/${model}/v1`, change);
async function audited(model: number, reference: number) {
  const target = at(model, { name: "reseller", sameAs: at(reference, { name: "official" }) });
  const { document, plan } = await auditOf(target, "key", () => false);
  const rule = document.decision.results.find(({ item }) => item === "model-identity");
  const worksheet = document.worksheet.find(({ item }) => item === "Model selection")?.observed;
  return { document, plan, rule, worksheet };
}

test("another model is broken with the distance, the same one is not, and two audits show which moved", async () => {
  const same = await audited(0, 0);
  expect(same.rule?.state).toBe("met");
  expect(same.rule?.evidence).toMatch(
    /^the same within 0\.2 bits as official by \d+ pairs of answers: distance 0\.\d\d, where chance/,
  );
  expect(same.document.sent.requests).toBeLessThanOrEqual(same.plan.atMostRequests);
  expect(same.worksheet).toContain("the same within 0.2 bits as official");

  const other = await audited(5, 0);
  expect(other.rule).toMatchObject({ state: "broken", evidence: expect.stringContaining("different from official") });
  expect(other.document.comparison).toMatchObject({ reference: "official", result: "different" });
  expect(diffAudits(same.document, other.document)).toContainEqual({
    what: "answers of one word",
    before: expect.stringMatching(/^distance 0\.\d\d by chance alone$/) as string,
    after: expect.stringMatching(/^distance 0\.\d\d$/) as string,
  });
  const again = await audited(0, 0);
  expect(diffAudits(same.document, again.document).map(({ what }) => what)).not.toContain("answers of one word");
});

test("a reference that does not answer leaves it open, with its name", async () => {
  const target = at(0, { name: "reseller", sameAs: targetAt(`${server.url}/none/v1`, { name: "official" }) });
  const before = server.connections();
  const { document } = await auditOf(target, "key", () => false);
  expect(document.decision.results.find(({ item }) => item === "model-identity")).toMatchObject({
    state: "open",
    evidence: expect.stringMatching(/^not compared: official: /) as string,
  });
  // Each request has its own connection.
  expect(document.sent.requests).toBe(server.connections() - before);
  expect(document.sent.requests).toBeGreaterThan(0);
});
