import { z } from "zod";
import { secret } from "../probe/reference-schemas.ts";
import type { Receiver } from "../probe/receiver.ts";
import type { SecretRef } from "../probe/target.ts";
import { commonSettings } from "./receiver-kind.ts";

/** A chat service's incoming webhook: whoever has the address can post, so the address is the secret. */
export interface ChatReceiver extends Receiver {
  readonly url: SecretRef;
}

export const chat = z
  .strictObject({ url: secret.describe("the webhook's address, which is a secret"), ...commonSettings })
  .meta({ title: "chat", description: "a webhook of a chat service" });
