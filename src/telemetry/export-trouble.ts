import type { DiagLogger } from "@opentelemetry/api";

/** Telemetry that did not arrive. The batch is given up by the exporter itself; nothing of the monitor waits for it. */
export type ExportTrouble =
  | { readonly kind: "dropped"; readonly spans: number }
  /** `reason` is of our own words: what the collector answered may hold anything. */
  | { readonly kind: "failed"; readonly reason: string };

/** Hears what the SDK says of its own troubles, which it says in words only. */
export function troubleListener(onTrouble: (trouble: ExportTrouble) => void): DiagLogger {
  const hear = (...said: readonly unknown[]): void => {
    const text = said.map(String).join(" ");
    const dropped = /Dropped (\d+) spans/.exec(text)?.[1];
    if (dropped !== undefined) onTrouble({ kind: "dropped", spans: Number(dropped) });
    else if (/export|flush|timeout|timed out|ECONN|ENOTFOUND|EPIPE|socket/i.test(text)) {
      onTrouble({ kind: "failed", reason: reasonIn(text) });
    }
  };
  const quiet = (): void => {};
  return { error: hear, warn: hear, info: quiet, debug: quiet, verbose: quiet };
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/Concurrent export limit/, "too many batches are waiting"],
  [/\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|EAI_AGAIN)\b/, "the collector can't be reached"],
  [/"code":"?413\b|Payload Too Large|Entity Too Large/i, "the collector answered 413: the batch is too large"],
  [/"code":"?(?:401|403)\b/, "the collector refused the credentials"],
  [/time(?:d )?\s?out/i, "the collector did not answer in time"],
];

function reasonIn(text: string): string {
  return reasons.find(([pattern]) => pattern.test(text))?.[1] ?? "the collector did not take it";
}
