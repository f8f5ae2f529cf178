import type { DeliveryWorld } from "../../src/notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../../src/notify/deliver/concurrency-limit.ts";
import { createMailer } from "../../src/notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../../src/notify/deliver/post-undici.ts";
import type { Poster, PostFault, PostReply, PostRequest } from "../../src/notify/deliver/poster.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { kindOf } from "../../src/receivers/receivers.ts";
import type { LogFields } from "../../src/std/log.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { HandClock, MemoryOutbox } from "./outbox-double.ts";
import { atMs, secrets } from "./samples.ts";

interface Said {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

export function worldOf(receivers: readonly Receiver[], over: Partial<Pick<DeliveryWorld, "poster" | "secret">> = {}) {
  const said: Said[] = [];
  const say =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void said.push({ level, message, fields });
  const outbox = new MemoryOutbox();
  const clock = new HandClock(atMs);
  return {
    clock,
    outbox,
    said,
    random: () => 0.5,
    poster: createPoster(),
    mailer: createMailer(),
    receivers: new Map(receivers.map((one) => [one.name, one])),
    kindOf,
    concurrency: createConcurrencyLimit(),
    secret: (ref: { env: string } | { file: string }) => ("env" in ref ? (secrets[ref.env] ?? "") : ""),
    redact: createRedactor(Object.values(secrets)),
    log: { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") },
    ...over,
  };
}

/** Posts nowhere and answers from a list; the last answer repeats. */
export function posterSaying(...results: (PostReply | PostFault)[]): Poster & { posted: PostRequest[] } {
  const posted: PostRequest[] = [];
  return {
    posted,
    post(request) {
      posted.push(request);
      const result = results[Math.min(posted.length, results.length) - 1];
      if (result === undefined) throw new Error("no answer prepared");
      return Promise.resolve(result);
    },
  };
}

export const status = (code: number, retryAfter?: string): PostReply => ({
  kind: "reply",
  status: code,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
