import { randomUUID } from "node:crypto";
import type { ActionLinks } from "../notify/compose/controls.ts";
import type { Config } from "../config/config.ts";
import type { Operations } from "../operate/operations.ts";
import { systemClock } from "../std/clock.ts";
import type { Store } from "../store/store.ts";
import type { LinkActionsWorld } from "../web/action-pages.ts";
import type { Secrets } from "./secrets.ts";

/** What signs the links that alerts carry; undefined: the configuration wants none. */
export function actionLinksOf({ actionLinks }: Config, secrets: Secrets): ActionLinks | undefined {
  if (actionLinks === undefined) return undefined;
  return { publicUrl: actionLinks.publicUrl, key: () => secrets.peek(actionLinks.key) };
}

/** What answers those links. The store keeps which were used, for all processes and over restarts. */
export function openActs(links: ActionLinks, operations: Operations, store: Store): LinkActionsWorld {
  return {
    operations,
    key: links.key,
    nowMs: () => systemClock.nowMs(),
    async take(digest, untilMs) {
      const name = `link:${digest}`;
      const holder = randomUUID();
      const nowMs = systemClock.nowMs();
      if (!(await store.holdLease(name, holder, Math.max(1, untilMs - nowMs), nowMs))) return undefined;
      return { giveBack: () => store.releaseLease(name, holder) };
    },
  };
}
