import type { Json } from "../std/json.ts";

/** A GET that is served beside the table of the API, and asks for no token. */
export interface ApartRoute {
  readonly summary: string;
  readonly type: "application/json" | "text/plain";
  readonly schema: Json;
  /** Never too often: whoever restarts the process must hear the truth. */
  readonly isUnlimited?: true;
  /** What 503 means, where it is answered. */
  readonly unwell?: string;
}

const reasons: Json = { type: "array", items: { type: "string" }, description: "what is wrong, in words" };

export const apart: Readonly<Record<string, ApartRoute>> = {
  "/api/v1/alert.schema.json": {
    summary: "the JSON Schema of what webhooks are sent",
    type: "application/json",
    schema: { type: "object" },
  },
  "/api/v1/openapi.json": {
    summary: "the OpenAPI document this page is written from",
    type: "application/json",
    schema: { type: "object" },
  },
  "/healthz": {
    summary: "whether the process should live: 503 asks for a restart",
    type: "application/json",
    schema: {
      type: "object",
      required: ["live", "reasons"],
      properties: { live: { type: "boolean", description: "slots are consumed" }, reasons },
    },
    isUnlimited: true,
    unwell: "no slot was consumed for too long",
  },
  "/readyz": {
    summary: "whether it does its work",
    type: "application/json",
    schema: {
      type: "object",
      required: ["ready", "reasons", "warnings"],
      properties: {
        ready: { type: "boolean", description: "it does its work" },
        reasons,
        warnings: {
          type: "array",
          items: { type: "string" },
          description: "trouble of the monitor itself that is no reason to take it out of service",
        },
      },
    },
    unwell: "the store does not answer, or something else is wrong",
  },
  "/metrics": {
    summary: "all metrics, in the text format that Prometheus scrapes",
    type: "text/plain",
    schema: { type: "string" },
  },
};

const page: Json = { "text/html": { schema: { type: "string" } } };
const signed = ["do", "incident", "to", "until", "sig"];

function htmlPage(summary: string): Json {
  const statuses: Readonly<Record<string, string>> = {
    "200": "a page for people",
    "403": "the address was changed on its way",
    "404": "the incident is no longer known",
    "409": "the incident is over, or the link was used",
    "410": "the link has expired",
    "429": "too many requests: retry-after says how long to wait",
  };
  return {
    summary,
    description: "open to everybody who has a link of an alert: the address is signed and works once",
    security: [],
    parameters: signed.map((name) => ({
      name,
      in: "query",
      required: true,
      description: "part of the signed address, as in the alert",
      schema: { type: "string" },
    })),
    responses: Object.fromEntries(
      Object.entries(statuses).map(([status, description]) => [status, { description, content: page }]),
    ),
  };
}

/** What links in alerts lead to. */
export const htmlPages: Readonly<Record<string, Json>> = {
  GET: htmlPage("asks whether the act of a link is really wanted; changes nothing"),
  POST: htmlPage("does the act of a link"),
};
