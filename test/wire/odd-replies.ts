import { json, sse } from "../replay/server.ts";
import { body, event, type healthy, healthyStream, opening, words } from "./wire-bodies.ts";

export type Scenario = keyof typeof healthy;
type Delta = Readonly<Record<string, unknown>>;
interface Chunk {
  readonly choices: readonly { readonly delta: Delta; readonly finish_reason: string | null }[];
}

export const plain = "valid-request";
export const stream = "streamed-request";
export const each = (edit: (one: Chunk, n: number) => object): string =>
  sse(healthyStream.map((one, n) => (typeof one === "string" ? one : edit(one as Chunk, n))));
export const eachChoice = (edit: (choice: Chunk["choices"][number], n: number) => object): string =>
  each((one, n) => ({ ...one, choices: one.choices.map((choice) => edit(choice, n)) }));
export const bytes = (text: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${text}`;
export const begun = [opening, ...words].map(event).join("");
export const saying = (content: unknown): string => json(200, body({}, {}, { content }));
export const nothing = /^$/;

export type Row = readonly [
  name: string,
  source: string,
  scenario: Scenario,
  reply: string,
  first: RegExp,
  watched: RegExp,
];
