import { kindOf } from "../../../src/receivers/receivers.ts";
import { describe, expect, test } from "vitest";
import { digestAlert, digestEntries, digestHeadline, pagesText } from "../../../src/notify/compose/digest-message.ts";
import { deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { renderFor } from "../../receivers/render-for.ts";
import { renderAlertText } from "../../../src/notify/compose/render-text.ts";
import { worldOf } from "../delivery-world.ts";
import { digest, emptyDigest, move } from "../digest-samples.ts";
import { answer, startReceiver } from "../http-receiver.ts";
import { links, lookUp, receivers } from "../../receivers/kinds.ts";
import { atMs, receiver } from "../samples.ts";

describe("what a digest says", () => {
  test("how much has moved, and where", () => {
    const alert = digestAlert(digest());
    expect(alert.summary).toBe("daily digest: 1 of 40 series has moved, 1 note, 1 suspicion");
    expect(alert.changes).toEqual([
      { what: "mini valid-request from eu: total time", before: "210 ms", after: "250 ms (×1.2)" },
      { what: "mini valid-request from eu: prompt tokens", before: "12", after: "13 (+8 % since March)" },
      { what: "mini valid-request from eu: reply", before: "as usual", after: "suspected, not confirmed yet" },
    ]);
    expect(alert.moreChanges).toBe(0);
  });

  test("pages told of late against what the promise allows", () => {
    const { pages } = digest();
    const said = "2 pages in 30 days for 40 series, 1 marked as false; at most 6.7 false pages expected";
    expect(pagesText(pages, atMs)).toBe(said);
    expect(pagesText({ ...pages, notified: 1, noise: 0 }, atMs)).toMatch(/^1 page in 30 days for 40 series; at most/);
  });

  test("as text, whole and within 80 columns", () => {
    const text = renderAlertText(digestAlert(digest()));
    expect(text).toMatchInlineSnapshot(`
      "DAILY DIGEST
      daily digest: 1 of 40 series has moved, 1 note, 1 suspicion

        mini valid-request from eu: total time: 210 ms → 250 ms (×1.2)
        mini valid-request from eu: prompt tokens: 12 → 13 (+8 % since March)
        mini valid-request from eu: reply: as usual → suspected, not confirmed yet

      since          2026-11-22 10:12 UTC
      pages          2 pages in 30 days for 40 series, 1 marked as false; at most 6.7
                     false pages expected
      next step      Run \`plumbline digest --last\` for the whole digest, and
                     \`plumbline baseline list\` for the baselines.
      "
    `);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("of very many moves ten are named, and how many more there are", () => {
    const alert = digestAlert(digest({ moved: Array.from({ length: 20 }, () => move), moreMoved: 5, moreNoted: 2 }));
    expect(alert.changes).toHaveLength(10);
    expect(alert.moreChanges).toBe(12 + 5 + 2);
    expect(alert.summary).toBe("daily digest: 25 of 40 series have moved, 3 notes, 1 suspicion");
    expect(JSON.stringify(alert).length).toBeLessThan(20_000);
  });

  test("what somebody was told of by itself is named after that, and is no news", () => {
    const known = digest({ moved: [], noted: [], suspected: [], known: [move], moreKnown: 1 });
    expect(digestHeadline(known)).toBe("2 known before");
    expect(digestAlert(known)).toMatchObject({ changes: [{ after: "250 ms (×1.2)" }], moreChanges: 1 });
    expect(digestEntries(known, ["chat"], undefined)).toEqual([]);
  });

  test("names are no markup, no mention and no key", () => {
    const hostile = { ...move, target: "@channel <!here>", what: `\u202Esk-${"a".repeat(40)}` };
    const said = JSON.stringify(digestAlert(digest({ moved: [hostile] })));
    expect(said).not.toMatch(/@channel|<!here|\u202E|sk-aaaa/);
  });
});

describe("who gets it", () => {
  test("whoever is named, once: the id is the same however often it is computed", () => {
    const [one, other] = digestEntries(digest(), ["chat", "mail"], undefined);
    expect([one?.receiver, other?.receiver]).toEqual(["chat", "mail"]);
    expect(one?.id).not.toBe(other?.id);
    expect(digestEntries(digest(), ["chat"], undefined)[0]?.id).toBe(one?.id);
    expect(digestEntries(digest({ atMs: atMs + 86_400_000 }), ["chat"], undefined)[0]?.id).not.toBe(one?.id);
  });

  test("nobody when there is nothing to tell", () => {
    expect(digestEntries(emptyDigest, ["chat"], undefined)).toEqual([]);
    expect(digestHeadline(emptyDigest)).toBe("nothing has moved, 40 series compared");
  });

  test("nobody of what was named the time before, unless it has moved again or something else has", () => {
    const [noted] = digest().noted;
    const same = digest({ moved: [], suspected: [] });
    const entries = (before: typeof same): number => digestEntries(same, ["chat"], before).length;
    expect(entries(digest())).toBe(0);
    expect(entries(digest({ noted: [], moved: [{ ...noted!, direction: "up" }] }))).toBe(0);
    expect(entries(digest({ noted: [{ ...noted!, what: "total time" }] }))).toBe(1);
    expect(entries(digest({ noted: [{ ...noted!, probe: "other@eu" }] }))).toBe(1);
    expect(digestEntries(digest(), ["chat"], digest())).toHaveLength(1);
  });

  test("a webhook, over a real connection", async () => {
    await using http = await startReceiver(answer(200));
    const world = worldOf([receiver({ url: http.url })]);
    const [entry] = digestEntries(digest(), ["pager"], undefined);
    world.outbox.add(entry!);
    expect(await deliverOnce(world, entry!.id)).toMatchObject({ outcome: { kind: "delivered", status: 200 } });
    expect(JSON.parse(http.received[0]?.body ?? "")).toMatchObject({
      type: "plumbline.digest",
      data: {
        event: "digest",
        status: "information",
        digest: { pages: expect.stringContaining("2 pages in 30 days") },
      },
    });
  });

  test.each(Object.values(receivers).filter((one) => !kindOf(one).wakesPeople))(
    "$kind, without links to an incident or to act by",
    (one) => {
      const [entry] = digestEntries(digest(), [one.name], undefined);
      const message = JSON.stringify(renderFor(entry!, { ...one, links }, lookUp, atMs));
      expect(message.replaceAll("+", " ")).toContain("1 of 40 series has moved");
      expect(message).not.toMatch(/wiki\.|incident ack|isUrgent":true/);
    },
  );

  test.each(Object.values(receivers).filter((one) => kindOf(one).wakesPeople))("never $kind", (one) => {
    const [entry] = digestEntries(digest(), [one.name], undefined);
    expect(renderFor(entry!, one, lookUp, atMs)).toEqual({
      refused: expect.stringContaining("receive digests"),
    });
  });
});
