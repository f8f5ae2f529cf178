import { afterAll, beforeAll, expect, test } from "vitest";
import type { AccessToken } from "../../src/web/access.ts";
import { digest, move } from "../notify/digest-samples.ts";
import { noonMs } from "../store/samples.ts";
import { openAskedService } from "./asked-service.ts";

const reader: AccessToken = { name: "reader", scope: "read", token: "reader-s-token-0123456789" };
let service: Awaited<ReturnType<typeof openAskedService>>;

beforeAll(async () => {
  service = await openAskedService(reader, { freshId: () => "none" });
});
afterAll(() => service.close());

const plumbline = (words: readonly string[], token?: string) => service.plumbline(words, token);

test("of a service without any there is one as of now, and none that was made", async () => {
  const text = "nothing has moved, 0 series compared\nsince each series was first compared, as of ";
  expect(await plumbline(["digest"])).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
  expect(await plumbline(["digest", "--last"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining(
      "no digest has been made yet: the section digest of the configuration sets when and for whom",
    ),
  });
});

test("the last one is shown whole, in words and as JSON, whatever names it holds", async () => {
  const hostile = { ...move, what: "total\u001B[2J time" };
  const made = digest({ atMs: noonMs, fromMs: noonMs - 86_400_000, moved: [hostile], moreMoved: 3, known: [move] });
  expect(await service.store.endDay({ beforeMs: 0, atMs: noonMs, digest: made, outbox: [] })).toBe(true);
  const { stdout } = await plumbline(["digest", "--last"]);
  const time = (atMs: number): string => new Date(atMs).toISOString().replace(".000Z", "Z");
  expect(stdout.replaceAll(time(noonMs), "now").replaceAll(time(noonMs - 86_400_000), "a day ago")).toMatch(
    /^4 of 40 series have moved, 1 note, 1 known before, 1 suspicion\nsince a day ago, as of now\n/,
  );
  expect(stdout).toContain(
    "(mini-valid@eu): 210 ms → 250 ms (×1.2)\n  and 3 more\n\nnoted:\n  mini valid-request from eu",
  );
  expect(stdout).toContain(
    "\n\nknown before, not over:\n  mini valid-request from eu: total time (mini-valid@eu): 210",
  );
  expect(stdout).toContain("\n\nsuspected, not confirmed yet:\n  mini valid-request from eu: reply (mini-valid@eu)\n");
  expect(stdout).toContain("for 40 series, 1 marked as false; at most 6.7 false pages expected\n");
  expect(stdout).not.toContain("\u001B");
  expect(JSON.parse((await plumbline(["digest", "--last", "--json"])).stdout)).toEqual({ schema: 1, data: made });
});

test("who may read may see it, and nobody else; there is no other", async () => {
  expect(await plumbline(["digest"], "wrong")).toMatchObject({ code: 2, stdout: "" });
  const ask = (query: string): Promise<Response> =>
    fetch(`${service.url}/api/v1/digest${query}`, { headers: { authorization: `Bearer ${reader.token}` } });
  expect((await ask("")).status).toBe(200);
  expect((await ask("?of=next")).status).toBe(400);
});
