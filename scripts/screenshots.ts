import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium } from "playwright-core";
import { browserNames, findProgram } from "../test/setup/binaries.ts";

// Makes the picture of the README from the demo. With a folder: every page as well, at three widths, light and dark. With the
// address of a service as well: its pages in place of the demo's, such as those of `bench/pages.ts --serve`.
const root = join(import.meta.dirname, "..");
const [folder, address] = process.argv.slice(2);
const executablePath = findProgram(browserNames, "chromium");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
if (folder !== undefined && address !== undefined) {
  await photographAll(browser, address, folder);
  await browser.close();
  process.exit();
}
const demo = spawn(process.execPath, [join(root, "src/main.ts"), "demo"], { stdio: ["ignore", "pipe", "inherit"] });
const lines = createInterface({ input: demo.stdout });
try {
  const url = await lineWith(/dashboard (http\S+)/);
  const result = await lineWith(/(\d+ of \d+ drifts found.*)/);
  if (!/^(\d+) of \1 drifts found, nothing else/.test(result)) {
    throw new Error(
      `the demo must find all and nothing else, or the picture misleads; it says "${result.trim()}". Is the machine busy?`,
    );
  }
  await photograph(browser, new URL("/", url), join(root, "docs/images/dashboard.png"), 1280, "light", 900);
  if (folder !== undefined) await photographAll(browser, url, folder);
} finally {
  await browser.close();
  demo.kill("SIGINT");
}

/** The first group of the first line that matches. */
async function lineWith(pattern: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = (line: string): void => {
    const [, found] = pattern.exec(line) ?? [];
    if (found !== undefined) resolve(found);
  };
  const end = (): void => reject(new Error(`the demo ended before it printed ${pattern.source}`));
  lines.on("line", read).once("close", end);
  return promise.finally(() => lines.off("line", read).off("close", end));
}

async function photographAll(on: Browser, url: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const links = async (at: string, inside: string): Promise<string[]> => {
    const page = await on.newPage();
    await page.goto(new URL(at, url).href);
    const found = await page.locator(inside).evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
    await page.close();
    return found;
  };
  const [incident = "/"] = await links("/incidents", ".card h2 a");
  const [probe = "/"] = await links("/", "#grid th[scope=row] a");
  const [run = "/"] = await links(probe, "#runs th a, #runs td a");
  const [series = "/"] = await links("/baselines", "tbody a[href^='/baselines/']");
  const pages = { now: "/", incidents: "/incidents", incident, probe, run, baselines: "/baselines", series } as const;
  for (const [name, path] of Object.entries({
    ...pages,
    spend: "/spend",
    audits: "/audits",
    report: "/report",
    quiet: "/quiet",
    sessions: "/sessions",
    status: "/status/public",
  })) {
    for (const width of [390, 1280, 1920]) {
      for (const scheme of ["light", "dark"] as const) {
        await photograph(on, new URL(path, url), join(into, `${name}-${width}-${scheme}.png`), width, scheme);
      }
    }
  }
}

/** Without a height: the whole page. */
async function photograph(
  on: Browser,
  url: URL,
  file: string,
  width: number,
  colorScheme: "light" | "dark",
  height?: number,
): Promise<void> {
  const page = await on.newPage({ viewport: { width, height: height ?? 900 }, colorScheme });
  await page.goto(url.href, { timeout: 120_000 });
  await page.screenshot({ path: file, fullPage: height === undefined });
  await page.close();
}
