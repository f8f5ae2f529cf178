import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { lockDataFolder, takeDataFolder } from "../../src/store/pools/data-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-folder-"));
const owner = join(folder, "plumbline.owner");
const children: ChildProcess[] = [];
afterEach(async () => {
  const living = children.splice(0).filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const ended = living.map((child) => once(child, "exit"));
  for (const child of living) child.kill("SIGKILL");
  await Promise.all(ended);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words that make a process number 1 of its own pid namespace, as in a container; none where that is forbidden. */
const words = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
const container = spawnSync(words[0] ?? "", [...words.slice(1), "true"]).status === 0 ? words : [];

/** Resolves when the process has opened the store in the folder, or ended. */
async function holder(prefix: readonly string[] = container): Promise<{ child: ChildProcess; errors: () => string }> {
  const [command, ...rest] = [...prefix, process.execPath, join(import.meta.dirname, "kill-child.ts"), folder];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let errors = "";
  child.stderr.on("data", (piece: Buffer) => void (errors += String(piece)));
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdout.on("data", () => resolve());
  child.on("close", () => resolve());
  await promise;
  return { child, errors: () => errors };
}

test("of two containers on one folder, the second is refused and learns who has it", async () => {
  const first = await holder();
  const pid = container.length > 0 ? 1 : first.child.pid;
  expect(readFileSync(owner, "utf8")).toContain(`plumbline, process ${pid} on host ${hostname()}`);
  const second = await holder();
  expect(first.child.exitCode).toBeNull();
  expect(second.child.exitCode).not.toBe(0);
  expect(second.errors()).toContain(`is in use by plumbline, process ${pid} on host ${hostname()}, since`);
  expect(second.errors()).toContain("set PLUMBLINE_DATA to another folder");
});

test("after kill -9 the next process starts at once, three times", async () => {
  for (let times = 0; times < 3; times += 1) {
    const { child } = await holder([]);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    const next = takeDataFolder(folder, "next");
    await ended;
    const release = await next;
    expect(readFileSync(owner, "utf8")).toMatch(/^next, process/);
    release();
  }
});

test("of ten processes that start together on a folder whose owner was killed, one gets it", async () => {
  const { child } = await holder([]);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  const script = `
    import { lockDataFolder } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/pools/data-folder.ts"))};
    try { lockDataFolder(${JSON.stringify(folder)}, "racer"); process.stdout.write("got"); setInterval(() => {}, 1000); }
    catch { process.stdout.write("refused"); }`;
  const answers = Array.from({ length: 10 }, async () => {
    const racer = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(racer);
    const [answer] = (await once(racer.stdout, "data")) as [Buffer];
    return String(answer);
  });
  expect((await Promise.all(answers)).toSorted()).toEqual(["got", ...Array.from({ length: 9 }, () => "refused")]);
});

test("this process does not open it twice", () => {
  const release = lockDataFolder(folder, "first");
  expect(() => lockDataFolder(folder, "second")).toThrow(/in use by first, process/);
  release();
  lockDataFolder(folder, "third")();
});
