import { randomBytes } from "node:crypto";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { openActs } from "../../src/app/action-links.ts";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import { readPublicStatus } from "../../src/operate/public-status.ts";
import { createSessions } from "../../src/operate/sessions.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { type AccessToken, createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { browserNames, findProgram } from "../setup/binaries.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, freshName, incidentOf, openedFor } from "../store/samples.ts";

/** A store, its pages, and a real browser. */
export interface BrowserWorld extends AsyncDisposable {
  readonly store: Store;
  readonly pool: StorePool["pool"];
  readonly operations: Operations;
  readonly browser: Browser;
  readonly url: string;
  /** Ends the service, and begins it again at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  openIncident(over?: Partial<Incident>): Promise<string>;
}

export const linkKey = "a link key of a good many characters";

/** What the public reads, hostile as well. */
export const publicTitle = 'Chat <img src=x onerror="document.title=1"> & more';

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram(browserNames, "chromium"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ]),
  });
}

export async function openBrowserWorld(
  browser: Browser,
  probes: readonly Probe[],
  tokens: readonly AccessToken[] = [],
): Promise<BrowserWorld> {
  const pool = await openStorePool();
  const store = await openStore(pool, Date.now(), 30);
  const operations = createOperations({
    store,
    clock: systemClock,
    freshId: (kind) => freshName(kind),
    probes,
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const serve = (port: number): Promise<WebServer> =>
    serveWeb(
      {
        overview: () => store.overview(Date.now()),
        health: () => ({ live: true, ready: true, reasons: [], warnings: [] }),
        publicStatus: {
          names: ["public"],
          read: (name) =>
            readPublicStatus(
              { store, clock: systemClock, probes, maintenance: operations.maintenance },
              {
                name,
                title: publicTitle,
                targets: [{ target: probes[0]?.target.name ?? "", publicName: publicTitle }],
              },
            ),
          nowMs: () => performance.now(),
        },
        acts: openActs({ publicUrl: "http://plumbline.example.com", key: () => linkKey }, operations, store),
        api: { operations, gate: createGate(tokens, true, () => performance.now()) },
        pages: {
          sessions: createSessions({
            store,
            clock: systemClock,
            freshSecret: () => randomBytes(32).toString("base64url"),
            people: tokens,
          }),
          nowMs: () => Date.now(),
          isSecure: false,
          troubles: () => [],
          targets: [...new Set(probes.map(({ target }) => target.name))],
        },
      },
      { host: "127.0.0.1", port },
    );
  let web: WebServer | undefined = await serve(0);
  const { url } = web;
  return {
    store,
    pool: pool.pool,
    operations,
    browser,
    url,
    async stop() {
      await web?.close();
      web = undefined;
    },
    async start() {
      web = await serve(Number(new URL(url).port));
    },
    async openIncident(over = {}) {
      const slotMs = Date.now() - 60_000;
      const incident = {
        ...incidentOf(freshName("seen"), slotMs, over),
        notifications: { lastNotifiedAtMs: slotMs },
      };
      const claim = claimOf(incident.probeId, slotMs);
      await store.claim(claim);
      await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
      return incidentId(incident);
    },
    async [Symbol.asyncDispose]() {
      await web?.close();
      await pool.close();
    },
  };
}

/** What axe-core finds, a line each. The page's own policy admits no script: axe runs in a world of its own. */
export async function barriers(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const run = (expression: string) =>
    session.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
  await run(axe.source);
  const { result } = await run(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
  );
  await session.detach();
  return result.value as string[];
}

/** Fails the test when the page logs an error or runs into one. */
export function watchErrors(context: BrowserContext): string[] {
  const errors: string[] = [];
  context.on("weberror", (error) => errors.push(String(error.error())));
  context.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}
