import type { LinkTemplate, Receiver } from "../probe/receiver.ts";
import { durationMs } from "../probe/text-schemas.ts";
import type { ReceiverKind } from "../receivers/receiver-kind.ts";
import { eventSecret, receiverKinds, requiredSecrets } from "../receivers/receivers.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { kindNames, type ReceiverText } from "./receiver-schemas.ts";
import type { ConfigText } from "./schema.ts";
import { requireSecret, secretName } from "./secrets.ts";

/** The receivers of a configuration. Complains now about whatever would keep one from ever getting an alert. */
export function resolveReceivers(text: ConfigText, context: LoadContext, complaints: Complaint[]): Receiver[] {
  const links = Object.entries(text.links).map(([name, url]): LinkTemplate => ({ text: name, url }));
  return Object.entries(text.receivers).map(([name, one]) => {
    const kind = kindNameOf(one);
    const settings = one[kind];
    if (settings === undefined) throw new Error("a receiver without a kind was not validated");
    const row: ReceiverKind = receiverKinds[kind];
    const path = ["receivers", name, kind];
    complaints.push(...(row.problems?.(settings) ?? []).map((problem) => ({ path, ...problem })));
    const { allowPrivate, timeout, proxy, tls, tz } = settings;
    const common = {
      name,
      allowPrivate,
      timeoutMs: durationMs(timeout),
      ...(proxy && { proxy }),
      ...(tls && { ca: tls.ca }),
      ...(tz && { tz }),
      ...(links.length === 0 ? {} : { links }),
    };
    const receiver = row.resolve(settings, common);
    const address = checkSecrets(receiver, path, context, complaints) ?? receiver.url;
    checkAddress(address, receiver, path, complaints);
    return receiver;
  });
}

/** The kind of a valid receiver. */
export function kindNameOf(text: ReceiverText): (typeof kindNames)[number] {
  const kind = kindNames.find((one) => text[one] !== undefined);
  if (kind === undefined) throw new Error("a receiver without a kind was not validated");
  return kind;
}

/** Each secret is there and has the form that its service issues; it is never shown. Returns an address among them. */
function checkSecrets(
  receiver: Receiver,
  path: readonly string[],
  context: LoadContext,
  complaints: Complaint[],
): string | undefined {
  const events = eventSecret(receiver);
  if (events !== undefined) requireSecret("receiverEvents", events, path, { context, complaints });
  let address: string | undefined;
  for (const { ref, form } of requiredSecrets(receiver)) {
    const value = requireSecret("receiver", ref, path, { context, complaints });
    if (ref === receiver.url) address = value;
    if (value === undefined || form === undefined || form.accepts(value)) continue;
    complaints.push({
      path,
      expected: `${form.description} in ${secretName(ref)}`,
      got: "something else (not shown)",
      hint: "replace it by what the service issued",
    });
  }
  return address;
}

/** Delivery would refuse plain http every time. */
function checkAddress(
  address: Receiver["url"],
  { allowPrivate }: Receiver,
  path: readonly string[],
  complaints: Complaint[],
): void {
  if (allowPrivate || typeof address !== "string" || !/^http:/i.test(address.trim())) return;
  complaints.push({
    path,
    key: "url",
    expected: "https, because alerts leave your network",
    got: "http",
    hint: "use https, or permit it by allowPrivate: true",
  });
}
