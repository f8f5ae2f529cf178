import { z } from "zod";
import type { DeliveryKind, SecretReader } from "../notify/deliver/receiver-kind.ts";
import type { LinkTemplate, Receiver } from "../probe/receiver.ts";
import type { ServiceEvent, ServiceRequest } from "../probe/service-event.ts";
import type { SecretRef } from "../probe/target.ts";
import { httpUrl, secret } from "../probe/reference-schemas.ts";
import { duration, timeZone } from "../probe/text-schemas.ts";
import type { SecretForm } from "./secret-form.ts";

/** Settings that every kind of receiver has. */
export const commonSettings = {
  allowPrivate: z.boolean().default(false).describe("permits plain http, loopback and private addresses"),
  timeout: duration.default("10s").describe("longest time for one delivery attempt"),
  proxy: z
    .union([z.literal("none"), httpUrl, secret], { error: "a proxy URL, a reference to one, or none" })
    .optional()
    .meta({
      description: "HTTP proxy; if omitted, HTTPS_PROXY and NO_PROXY of the environment apply to https; none: no proxy",
      examples: ["http://proxy.example.com:3128"],
    }),
  tls: z
    .strictObject({ ca: secret.describe("certificates of the authorities that sign the receiver's certificate, PEM") })
    .optional()
    .describe("private authority"),
  tz: timeZone.optional().describe("time zone of the times in its alerts; UTC if omitted"),
};

interface CommonSettings {
  readonly allowPrivate: boolean;
  readonly timeout: string;
  readonly proxy?: string | SecretRef | undefined;
  readonly tls?: { readonly ca: SecretRef } | undefined;
  readonly tz?: string | undefined;
}

/** What every receiver has, resolved. */
export type Common = Pick<Receiver, "name" | "allowPrivate" | "timeoutMs" | "proxy" | "ca" | "tz"> & {
  readonly links?: readonly LinkTemplate[];
};

/** One secret that a receiver needs, and the form in which the service issues it, if that is known. */
export interface RequiredSecret {
  readonly ref: SecretRef;
  readonly form?: SecretForm | undefined;
}

/** A mistake in the settings of a receiver. `key` names the setting that is wrong; without it, it is all of them. */
export interface SettingProblem {
  readonly key?: string;
  readonly expected: string;
  readonly got: string;
  readonly hint: string;
}

/**
 * Everything that Plumbline knows about one kind of receiver. Configuration, secrets, delivery, the digest and the
 * reference pages all read it, so there is no other list of receivers.
 */
export interface ReceiverKind<
  Schema extends z.ZodType<CommonSettings> = z.ZodType<CommonSettings>,
  R extends Receiver = Receiver,
> extends DeliveryKind<R> {
  /** Its settings in the configuration, described for the reference page and for editors. */
  readonly schema: Schema;
  /** Turns valid settings into the receiver. */
  resolve(settings: z.output<Schema>, common: Common): R;
  /** Mistakes that the schema alone does not find. */
  problems?(settings: z.output<Schema>): readonly SettingProblem[];
  /** Its secrets, without the address: that is required whenever it is a reference. */
  secrets(receiver: R): readonly RequiredSecret[];
  /** Whether an alert may wake somebody: then the daily digest is not for it. */
  readonly wakesPeople: boolean;
  /** How its service reports what people do there; undefined: it does not. */
  readonly events?: ServiceEvents<R>;
  /** Programs parse its messages: times stay as they are. */
  readonly isForPrograms?: boolean;
}

/** Reads what the service of a receiver sends: who signed it, and what a person did there. Pure. */
export interface ServiceEvents<R extends Receiver> {
  /** What the service signs its requests with; undefined: the receiver is not configured to listen. */
  secretOf(receiver: R): SecretRef | undefined;
  read(request: ServiceRequest, secret: string): ServiceEvent;
}

/** Headers that authenticate by a token, none without a token, or why the token can't be used. */
export function bearerHeaders(
  { name, token }: Receiver & { readonly token?: SecretRef | undefined },
  secret: SecretReader,
  form: SecretForm,
): Readonly<Record<string, string>> | { readonly refused: string } {
  if (token === undefined) return {};
  const value = secret(token).trim();
  return form.accepts(value)
    ? { authorization: `Bearer ${value}` }
    : { refused: `the token of ${name} is not ${form.description}` };
}
