import type { ServerResponse } from "node:http";
import type { z } from "zod";
import type { Received } from "../notify/http-receiver.ts";
import {
  incidentIoBody,
  matrixBody,
  mattermostBody,
  opsgenieBody,
  pushoverBody,
  telegramBody,
  twilioBody,
} from "./contracts.ts";

/** A service as its documentation describes it: what it takes, and how it answers that and everything else. */
export interface Service {
  readonly kind: "telegram" | "opsgenie" | "incidentIo" | "mattermost" | "matrix" | "pushover" | "twilio";
  /** Paths by what is sent; a message of each status goes to one of them. */
  readonly paths: RegExp;
  readonly method: "POST" | "PUT";
  readonly authorization?: string;
  readonly body: z.ZodType;
  /** The documented answer to what it takes. */
  readonly taken: readonly [status: number, body: string];
  /** A documented answer to what it does not take: the message is refused for good. */
  readonly refused: readonly [status: number, body: string];
}

const bearer = "Bearer tk_0123456789";
const basic = `Basic ${Buffer.from(`SK${"1".repeat(32)}:0123456789abcdef0123456789ABCDEF`).toString("base64")}`;

export const services: readonly Service[] = [
  {
    kind: "telegram",
    paths: /^\/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11\/sendMessage$/,
    method: "POST",
    body: telegramBody,
    taken: [
      200,
      '{"ok":true,"result":{"message_id":7,"date":1795428720,"chat":{"id":-1001234567890,"type":"supergroup"}}}',
    ],
    refused: [400, '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'],
  },
  {
    kind: "opsgenie",
    paths: /^\/v2\/alerts(?:\/f00dfeed-1\/(?:acknowledge|close)\?identifierType=alias)?$/,
    method: "POST",
    authorization: "GenieKey eb243592-faa2-4ba2-a551-1afdf565c889",
    body: opsgenieBody,
    taken: [
      202,
      '{"result":"Request will be processed","took":0.302,"requestId":"43a29c5c-3dbf-4fa4-9c26-f4f71023e120"}',
    ],
    refused: [422, '{"message":"Request body is not processable.","errors":{"message":"may not be empty"}}'],
  },
  {
    kind: "incidentIo",
    paths: /^\/v2\/alert_events\/http\/01GW2G3V0S59R238FAHPDS1R66$/,
    method: "POST",
    authorization: bearer,
    body: incidentIoBody,
    taken: [202, '{"deduplication_key":"f00dfeed-1","message":"Event accepted for processing","status":"success"}'],
    refused: [422, '{"type":"validation_error","status":422,"errors":[{"code":"invalid_value","message":"bad"}]}'],
  },
  {
    kind: "mattermost",
    paths: /^\/hooks\/x$/,
    method: "POST",
    body: mattermostBody,
    taken: [200, "ok"],
    refused: [400, '{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}'],
  },
  {
    kind: "matrix",
    paths: /^\/_matrix\/client\/v3\/rooms\/!abc%3Aexample\.com\/send\/m\.room\.message\/msg_[0-9a-f]+$/,
    method: "PUT",
    authorization: bearer,
    body: matrixBody,
    taken: [200, '{"event_id":"$YUwRidLecu:example.com"}'],
    refused: [403, '{"errcode":"M_FORBIDDEN","error":"User not in room"}'],
  },
  {
    kind: "pushover",
    paths: /^\/1\/messages\.json$/,
    method: "POST",
    body: pushoverBody,
    taken: [200, '{"status":1,"request":"647d2300-702c-4b38-8b2f-d56326ae460b"}'],
    refused: [400, '{"user":"invalid","errors":["user identifier is invalid"],"status":0,"request":"5042853c"}'],
  },
  {
    kind: "twilio",
    paths: /^\/2010-04-01\/Accounts\/AC0{32}\/Messages\.json$/,
    method: "POST",
    authorization: basic,
    body: twilioBody,
    taken: [
      201,
      '{"sid":"SM87105da94bff44b999e4e6eb90d8eb6a","status":"queued","error_code":null,"error_message":null}',
    ],
    refused: [400, '{"code":21211,"message":"The \'To\' number is not a valid phone number.","status":400}'],
  },
];

/** What is wrong with a request; nothing where the service would take it. */
export function faultsIn({ paths, method, authorization, body }: Service, request: Received): string[] {
  const isForm = request.headers["content-type"] === "application/x-www-form-urlencoded";
  const parsed: unknown = isForm ? Object.fromEntries(new URLSearchParams(request.body)) : JSON.parse(request.body);
  return [
    ...(request.method === method ? [] : [`method ${request.method}`]),
    ...(paths.test(request.path) ? [] : [`path ${request.path}`]),
    ...(request.headers.authorization === authorization ? [] : ["authorization"]),
    ...(body.safeParse(parsed).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`),
  ];
}

export function reply(response: ServerResponse, [status, body]: readonly [number, string], headers = {}): void {
  const type = body.startsWith("{") ? "application/json" : "text/plain";
  response.writeHead(status, { "content-type": type, ...headers }).end(body);
}
