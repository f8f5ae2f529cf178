import { afterAll, beforeAll, expect, test } from "vitest";
import { incidentId } from "../../src/incident/incident.ts";
import type { AccessToken } from "../../src/web/access.ts";
import { probe } from "../probe/samples.ts";
import { claimOf, finishOf, incidentOf, noonMs, openedFor } from "../store/samples.ts";
import { openAskedService } from "./asked-service.ts";

const ann: AccessToken = { name: "ann", scope: "write", token: "ann-s-token-0123456789" };
const inAnHour = new Date(noonMs + 3_600_000).toISOString().replace(".000Z", "Z");
let ids = 0;
let service: Awaited<ReturnType<typeof openAskedService>>;

beforeAll(async () => {
  service = await openAskedService(ann, {
    freshId: (kind) => `${kind}-${(ids += 1)}`,
    probes: [probe, { ...probe, id: "valid@us", location: "us" }],
    afterNoonMs: 60_000,
  });
});
afterAll(() => service.close());

const plumbline = (...words: readonly string[]) => service.plumbline(words);

const planned = (...words: readonly string[]) => plumbline("baseline", "planned", "--why", "moves to gpt-5", ...words);
const refusal = (words: string) => ({ code: 2, stdout: "", stderr: expect.stringContaining(words) });

test("a change is planned, listed and taken back, and the way back is said as it is typed", async () => {
  expect(await plumbline("baseline", "plans")).toMatchObject({ code: 0, stdout: "no planned changes\n" });
  const done = await planned("--target", "mini", "--at", inAnHour);
  const [, id = ""] = /^(\S+) {2}target mini changes at \S+; to cancel: plumbline baseline unplan \1\n$/.exec(
    done.stdout,
  )!;
  expect((await plumbline("baseline", "plans")).stdout).toBe(
    `${id}  ${inAnHour}  target mini  by ann: moves to gpt-5\n`,
  );
  expect(await planned("--target", "mini", "--at", inAnHour)).toMatchObject(refusal(`already planned: ${id}, by ann`));
  const listed = JSON.parse((await plumbline("baseline", "plans", "--json")).stdout) as { data: unknown[] };
  expect(listed.data).toMatchObject([{ id, target: "mini", startsAtMs: noonMs + 3_600_000, by: "ann" }]);
  expect((await plumbline("baseline", "unplan", id)).code).toBe(0);
  expect(await plumbline("baseline", "unplan", id)).toMatchObject(refusal("no such planned change in the future"));
  expect((await plumbline("baseline", "plans")).stdout).toBe("no planned changes\n");
});

test("what can't be meant is refused with what there is", async () => {
  expect(await planned("--target", "mni")).toMatchObject(refusal("asks a target mni; there is mini"));
  expect(await planned("--probe", "vlid")).toMatchObject(refusal("is vlid; there is valid@eu, valid@us"));
  expect(await planned("--probe", "valid")).toMatchObject(refusal("several locations: name one, such as valid@eu"));
  expect(await planned()).toMatchObject(refusal("name either a target or a probe"));
  expect(await planned("--target", "mini", "--probe", "valid@eu")).toMatchObject(refusal("either a target or a probe"));
  expect(await planned("--target", "mini", "--at", "tomorrow")).toMatchObject(refusal("a time with its zone"));
  expect(await planned("--target", "mini", "--at", "2026-12-01T09:00")).toMatchObject(refusal("a time with its zone"));
  expect(await planned("--target", "mini", "--at", "2001-01-01T09:00Z")).toMatchObject(refusal("two weeks ago"));
  expect(await planned("--target", "mini", "--at", "2091-01-01T09:00Z")).toMatchObject(
    refusal("more than a year in the future"),
  );
  expect((await plumbline("baseline", "planned", "--target", "mini")).code).toBe(2);
});

test("an incident that is unknown, or of nothing that is measured, is neither excluded nor noise", async () => {
  for (const word of ["exclude", "noise"]) {
    expect(await plumbline("incident", word, "nothing-1", "--why", "x")).toMatchObject(refusal("no such incident"));
    expect((await plumbline("incident", word, "nothing-1")).stderr).toContain("--why <reason>");
  }
  const incident = { ...incidentOf("valid@eu", noonMs), notifications: { lastNotifiedAtMs: noonMs } };
  const claim = claimOf(incident.probeId, noonMs);
  await service.store.claim(claim);
  await service.store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  const id = incidentId(incident);
  expect(await plumbline("incident", "exclude", id, "--why", "x")).toMatchObject(refusal("no series of its probe"));
  expect(await plumbline("incident", "noise", id, "--why", "x")).toMatchObject(refusal("no margin to widen"));
  const former = await plumbline("acts");
  expect(former.stdout).not.toContain(id);
  expect(former.stderr).toContain("plumbline audit-log");
});
