import { createHmac, timingSafeEqual } from "node:crypto";

/** Actions that a link in an alert allows, without a login. */
export const linkActions = ["acknowledge", "silence", "accept", "exclude", "noise"] as const;
export type LinkAction = (typeof linkActions)[number];

/** One action on one incident, allowed to whoever has the address until it expires. */
export interface ActionLink {
  readonly act: LinkAction;
  readonly incidentId: string;
  /** The receiver it was sent to: all that is known about who uses it. */
  readonly receiver: string;
  readonly expiresAtMs: number;
}

export type LinkReading =
  /** `digest` identifies this address; the signature can't be derived from it. */
  | { readonly kind: "valid"; readonly link: ActionLink; readonly digest: string }
  | { readonly kind: "expired" }
  | { readonly kind: "forged" };

/** Actions that resolved incidents allow too: they say what the incident was. */
export const actsOnOver: readonly LinkAction[] = ["exclude", "noise"];

/** The duration of a silence that a link creates. */
export const linkSilenceMs = 3_600_000;

/** The page below which the service answers these addresses. */
export const actionPath = "/act";

/** The signed address of one action. `publicUrl` is where people reach the service, without a slash at its end. */
export function actionAddress(publicUrl: string, link: ActionLink, key: string): string {
  const query = new URLSearchParams({
    do: link.act,
    incident: link.incidentId,
    to: link.receiver,
    until: String(Math.floor(link.expiresAtMs / 1000)),
    sig: signatureOf(link, key).toString("base64url"),
  });
  return `${publicUrl}${actionPath}?${query.toString()}`;
}

/** What an address allows. An address that was changed in any part is forged, even if it has expired. */
export function readActionAddress(query: Readonly<Record<string, string>>, key: string, nowMs: number): LinkReading {
  const { do: word, incident, to, until, sig, ...others } = query;
  const act = linkActions.find((one) => one === word);
  const isWhole = incident !== undefined && to !== undefined && sig !== undefined && /^\d{1,12}$/.test(until ?? "");
  if (act === undefined || !isWhole || Object.keys(others).length > 0) return { kind: "forged" };
  const link = { act, incidentId: incident, receiver: to, expiresAtMs: Number(until) * 1000 };
  const right = signatureOf(link, key);
  const given = Buffer.from(sig, "base64url");
  if (given.length !== right.length || !timingSafeEqual(given, right)) return { kind: "forged" };
  if (nowMs >= link.expiresAtMs) return { kind: "expired" };
  return { kind: "valid", link, digest: createHmac("sha256", "used").update(right).digest("hex").slice(0, 32) };
}

/** The parts are put together so that no two links are signed as the same text. */
function signatureOf({ act, incidentId, receiver, expiresAtMs }: ActionLink, key: string): Buffer {
  const parts = ["plumbline-act-v1", act, incidentId, receiver, Math.floor(expiresAtMs / 1000)];
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest();
}
