import { isAboutBlindness } from "../../judgement/spend/blind.ts";
import type { Alert } from "./alert.ts";

/** What it means for whoever uses the target; undefined: nothing, or nothing that can be said. */
export function impactOf({ kind, severity, status, likelyCause, changes }: Alert): string | undefined {
  if (status === "resolved" || status === "information") return undefined;
  switch (kind) {
    case "availability":
      if (likelyCause === "monitor") return undefined;
      return severity === "breaking" ? "requests get no reply" : "some requests fail";
    case "expectation":
      return likelyCause === "credentials"
        ? "requests with this key are refused"
        : "clients that rely on this rule get replies that break it";
    case "policy":
      return "requests that must be refused are answered";
    case "contract":
      return severity === "breaking"
        ? `clients that read ${changes[0]?.what ?? "the changed fields"} can fail`
        : "clients with a strict parser can fail; other clients continue";
    case "error-shape":
      return "clients can misread errors: retries and messages may be wrong";
    case "latency":
      return "users wait longer, and clients with short timeouts fail";
    case "usage":
      return "each request costs more or less than before";
    case "budget":
      if (isAboutBlindness(changes[0]?.what ?? "")) return "outages can go unnoticed";
      return changes[0]?.what.startsWith("spend cap ") === true ? "outages can go unnoticed until then" : undefined;
    case "output":
      return changes[0]?.what === "answers replayed"
        ? "users can get answers to other people's requests, or old ones"
        : "answers can differ from what you tested in quality, price or style";
    case "monitor":
      return "alerts about targets can be late or missing";
    default:
      return kind satisfies never;
  }
}
