import { afterAll, beforeAll, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import type { AccessToken } from "../../src/web/access.ts";
import { claimOf, entryOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "../store/samples.ts";
import { openAskedService } from "./asked-service.ts";

const ann: AccessToken = { name: "ann", scope: "write", token: "ann-s-token-0123456789" };
let service: Awaited<ReturnType<typeof openAskedService>>;

beforeAll(async () => {
  service = await openAskedService(ann, { freshId: () => freshName("sil"), afterNoonMs: 60_000 });
});
afterAll(() => service.close());

const plumbline = (words: readonly string[], token?: string) => service.plumbline(words, token);

async function openIncident() {
  const incident = { ...incidentOf(freshName("cli"), noonMs), notifications: { lastNotifiedAtMs: noonMs } };
  const claim = claimOf(incident.probeId, noonMs);
  await service.store.claim(claim);
  await service.store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  return incident;
}

test("incident list, show, ack, resolve: what the service says, in words and as JSON", async () => {
  const incident = await openIncident();
  const id = incidentId(incident);
  const line = `risky latency  ${incident.target} valid-request: total time`;
  expect((await plumbline(["incident", "list"])).stdout).toContain(`open  ${line}`);
  expect(await plumbline(["incident", "ack", id, "--why", "asked the provider"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`acknowledged by ann  ${line}`),
  });
  const shown = (await plumbline(["incident", "explain", id])).stdout;
  expect(shown).toContain("acknowledged: by ann: asked the provider\n    pager: notified, acknowledged\n");
  expect(shown).toContain(`${entryOf(incident, "pager").id}  pager  pending after 0 attempts  total time has doubled`);
  expect(await plumbline(["incident", "ack", id, "--why", "again"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("ann has already acknowledged the incident"),
  });
  expect((await plumbline(["incident", "resolve", id, "--why", "over"])).code).toBe(0);
  const listed = JSON.parse((await plumbline(["incident", "list", "--all", "--json"])).stdout) as { data: unknown[] };
  expect(listed.data).toContainEqual(expect.objectContaining({ id, state: "resolved" }));
});

test("incident list --all: every episode, and a word when there are more than the limit", async () => {
  const once = await openIncident();
  const id = incidentId(once);
  expect((await plumbline(["incident", "resolve", id, "--why", "over"])).code).toBe(0);
  const again = { ...once, episode: 2, firstBadSlotMs: noonMs + 3_600_000, lastSlotMs: noonMs + 3_600_000 };
  const claim = claimOf(again.probeId, noonMs + 3_600_000);
  await service.store.claim(claim);
  await service.store.commit(finishOf(claim), () => openedFor(again, ["pager"]));
  const ids = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await plumbline(["incident", "list", "--json", ...words]);
    return (JSON.parse(stdout) as { data: { id: string }[] }).data.map((one) => one.id);
  };
  expect(await ids("--all")).toEqual(expect.arrayContaining([id, incidentId(again)]));
  expect(await ids()).not.toContain(id);
  expect((await plumbline(["incident", "list", "--all", "--limit", "1"])).stdout).toContain(
    "only the newest 1: --limit shows more\n",
  );
});

test("silence add, list, extend, expire", async () => {
  const words = ["silence", "add", "target=mini", "kind=latency", "--for", "2h", "--why", "upgrade"];
  const made = await plumbline(words);
  expect(made.stdout).toMatch(
    /^sil-\d+ {2}(target=mini kind=latency|kind=latency target=mini) {2}.* {2}ann: upgrade\n(mutes|warning: ).*\n$/,
  );
  expect((await plumbline(["silence", "preview", "target=typo"])).stdout).toBe(
    "warning: the silence matches no probe and no open incident; check the spelling\n",
  );
  const id = made.stdout.split(" ")[0] ?? "";
  expect((await plumbline(["silence", "list"])).stdout).toContain(id);
  expect((await plumbline(["silence", "extend", id, "--for", "3h", "--why", "longer"])).stdout).toContain(
    `${id} ends at `,
  );
  expect(await plumbline(["silence", "expire", id])).toMatchObject({ code: 0, stdout: `${id} has ended\n` });
  expect(await plumbline(["silence", "list"])).toMatchObject({ stdout: "no silences\n" });
});

test("report: incidents, pages, false ones and times of a month, as a table and as CSV", async () => {
  const incident = await openIncident();
  const id = incidentId(incident);
  await plumbline(["incident", "ack", id, "--why", "on it"]);
  const csv = (await plumbline(["report", "--csv"])).stdout.split("\n");
  expect(csv[0]).toBe("target,incidents,pages,false_positives,to_acknowledge_ms,to_resolve_ms,blind_minutes");
  const line = csv.find((row) => row.startsWith(`${incident.target},`));
  expect(line).toMatch(/,[1-9]\d*,\d+,0,\d+,/);
  expect((await plumbline(["report"])).stdout).toMatch(
    /^target +incidents +pages +false +to acknowledge +to resolve +blind\n/,
  );
  expect((await plumbline(["report", "--month", "1999-01"])).code).toBe(2);
  expect((await plumbline(["report", "--month", "2020-01"])).stdout).toBe("nothing on record for this month\n");
});

test("rehearse: a target that nobody probes is unknown", async () => {
  expect(await plumbline(["rehearse", "availability", "nowhere"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no probe has such a target"),
  });
  expect(await plumbline(["rehearse", "tiredness", "mini"])).toMatchObject({ code: 2 });
});

test("delivery list and retry", async () => {
  const incident = await openIncident();
  const { id } = entryOf(incident, "pager");
  const attempt = { outboxId: id, receiver: "pager", ordinal: 41, startedAtMs: noonMs, durationMs: 1 };
  await service.store.record({ ...attempt, outcome: { kind: "failed", reason: "status 500" } });
  expect((await plumbline(["delivery", "list"])).stdout).toContain(
    `${id}  pager  failed after 41 attempts (status 500)  total time has doubled`,
  );
  expect(await plumbline(["delivery", "retry", id])).toMatchObject({ code: 0, stdout: `${id} will be retried\n` });
  expect(await plumbline(["delivery", "retry", id])).toMatchObject({ code: 2 });
});

test("what is wrong is said with the next step, and nothing is printed on stdout", async () => {
  expect(await plumbline(["incident", "list"], "")).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("Put a token into PLUMBLINE_TOKEN"),
  });
  expect((await plumbline(["status"], "")).code).toBe(2);
  expect((await plumbline(["status"])).stdout).toMatch(/^ 127\.0\.0\.1:\d+ {2}ready\n/);
  expect(await plumbline(["status", "--watch"])).toMatchObject({ code: 2, stdout: "" });
  expect(await plumbline(["silence", "add", "taget=mini", "--for", "2h", "--why", "x"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("expected one of target=…"),
  });
  expect(await plumbline(["silence", "add", "target=mini", "--why", "x"])).toMatchObject({ code: 2 });
  expect(await plumbline(["incident", "show", "nothing-1"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("there is no such incident"),
  });
});
