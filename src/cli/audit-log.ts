import type { Command } from "commander";
import { listAuditLog } from "../operate/audit-log.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { lines } from "./format.ts";

/** `audit-log`: who did what by hand. */
export function addAuditLogCommand(command: Command, world: CliWorld): void {
  asking(command).action((where: AskOptions) =>
    ask(world, where, listAuditLog, {}, (entries) =>
      lines(
        entries,
        "the audit log is empty",
        ({ atMs, by, what, subject, why }) => `${isoSeconds(atMs)}  ${by}  ${what}  ${subject}: ${why}`,
      ),
    ),
  );
}

/** The former name. */
export function addActsCommand(command: Command, world: CliWorld): void {
  command.hook(
    "preAction",
    () => void world.io.stderr.write("acts is now called audit-log: use plumbline audit-log\n"),
  );
  addAuditLogCommand(command, world);
}
