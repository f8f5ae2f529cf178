import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { type DeliveryWorld, deliverOnce } from "../notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../notify/deliver/concurrency-limit.ts";
import { createMailer } from "../notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import { heartbeatKind, heartbeatKindName, heartbeatReceiver } from "../notify/deliver/heartbeat.ts";
import { startOutboxPoller } from "../notify/deliver/outbox-poller.ts";
import { startResending } from "../notify/route/resend.ts";
import type { Config } from "../config/config.ts";
import { kindOf } from "../receivers/receivers.ts";
import type { Log } from "../std/log.ts";
import type { Store } from "../store/store.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { actionLinksOf } from "./action-links.ts";
import { announceReceivers, measureDelivery } from "./measure.ts";
import { repeat } from "./repeat.ts";
import type { openQueuesFor } from "./storage.ts";
import { proxyFor, type Secrets } from "./secrets.ts";
import type { OpenWorld } from "./world.ts";

export interface NotifierOptions {
  readonly config: Config;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly store: Store;
  readonly queues: Pick<Awaited<ReturnType<typeof openQueuesFor>>, "deliveries">;
  readonly world: OpenWorld;
  readonly telemetry: Telemetry;
}

/** Delivers alerts from the outbox to their receivers. The function it returns makes it look at once. */
export async function startNotifier(
  opened: AsyncDisposableStack,
  { config, log, secrets, store: outbox, queues: { deliveries }, world, telemetry }: NotifierOptions,
): Promise<() => void> {
  const { clock, random, secret, redact } = world;
  const { tracer, metrics } = telemetry;
  const concurrency = createConcurrencyLimit();
  const { heartbeat } = config;
  const all = [...config.receivers, ...(heartbeat === undefined ? [] : [heartbeatReceiver(heartbeat)])];
  const receivers = new Map(all.map((receiver) => [receiver.name, receiver]));
  const heartbeats = heartbeatKind(heartbeat?.everyMs ?? 0);
  announceReceivers(metrics, receivers.keys());
  const delivery: DeliveryWorld = {
    links: actionLinksOf(config, secrets),
    clock,
    random,
    outbox,
    poster: createPoster({ proxy: proxyFor(secrets) }),
    mailer: createMailer(),
    receivers,
    kindOf: (receiver) => (receiver.kind === heartbeatKindName ? heartbeats : kindOf(receiver)),
    concurrency,
    secret,
    redact,
    log,
    tracer,
  };
  // The run that woke the outbox poller is not why an alert is sent: each delivery starts a new trace.
  const enqueue = (id: string, attempt: number): Promise<void> =>
    context.with(ROOT_CONTEXT, () => deliveries.enqueue(id, attempt));
  const outboxPoller = startOutboxPoller({ outbox, enqueue, clock, concurrency, log }, repeat);
  opened.defer(() => outboxPoller.stop());
  const resending = startResending({ ...delivery, lastNotified: outbox }, repeat);
  opened.defer(() => resending.stop());
  const worker = await deliveries.work(8, async (id) => {
    const attempt = await deliverOnce(delivery, id);
    if (attempt !== undefined) measureDelivery(metrics, attempt);
    outboxPoller.nudge();
  });
  opened.defer(() => worker.stop());
  return () => outboxPoller.nudge();
}
