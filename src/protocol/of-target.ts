import type { Target } from "../probe/target.ts";
import { chat } from "./chat/chat.ts";
import type { Protocol } from "./protocol.ts";

/** The protocol a target speaks. All speak chat completions today: another family is chosen here. */
export function protocolOf(_target: Target): Protocol {
  return chat;
}
