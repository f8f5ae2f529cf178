import { type Command, Option } from "commander";
import {
  type DeliveryState,
  type DeliveryView,
  deliveryState,
  listDeliveries,
  retryDelivery,
} from "../operate/deliveries.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { lines } from "./format.ts";

/** `delivery`: alerts on their way, and those that failed. */
export function addDeliveryCommands(delivery: Command, world: CliWorld): void {
  asking(delivery.command("list").description("list deliveries by state, newest first"))
    .addOption(
      new Option("--state <state>", "only deliveries in this state; superseded: another message reports the same")
        .choices(deliveryState.options)
        .default("failed"),
    )
    .action(({ state, ...where }: AskOptions & { state: DeliveryState }) =>
      ask(world, where, listDeliveries, { query: { state } }, (all) =>
        lines(all, `no ${state} deliveries`, deliveryLine),
      ),
    );
  asking(delivery.command("retry").description("retry a failed delivery with the same id"))
    .argument("<id>", "id of the delivery")
    .action((id: string, where: AskOptions) =>
      ask(world, where, retryDelivery, { id }, () => `${id} will be retried\n`),
    );
}

export function deliveryLine({ id, receiver, state, attempts, lastOutcome, summary }: DeliveryView): string {
  const why =
    lastOutcome === undefined || lastOutcome.kind === "delivered" ? "" : ` (${lastOutcome.reason ?? lastOutcome.kind})`;
  const how =
    state === "superseded"
      ? "reported by another message"
      : `${state} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  return `${id}  ${receiver}  ${how}${why}  ${summary}`;
}
