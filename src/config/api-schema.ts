import { z } from "zod";
import { httpUrl, secret } from "../probe/reference-schemas.ts";
import { addressRange, slug } from "../probe/text-schemas.ts";

/** The scope that was called `act` before. */
const scope = z.preprocess((text) => (text === "act" ? "write" : text), z.enum(["read", "write"]).default("read"));

const apiToken = z.strictObject({
  token: secret.describe("sent as Authorization: Bearer"),
  scope: scope.describe("write also allows acknowledging, silencing, accepting baselines, pausing and running probes"),
});

const personName = z.string().min(1).max(100);

const trustedProxy = z.strictObject({
  userHeader: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/)
    .transform((name) => name.toLowerCase())
    .refine((name) => name !== "authorization" && name !== "cookie" && name !== "host", "a header of its own")
    .prefault("x-forwarded-user")
    .describe("header with the name of the person; the proxy must remove it from what clients send"),
  writers: z
    .union([z.literal("everybody"), z.array(personName).max(1000)])
    .default([])
    .meta({
      description: "people who may change something: names, or everybody; all others may read",
      examples: [["ann@example.com"]],
    }),
});

const people = z.array(personName).max(1000);

const openId = z.strictObject({
  issuer: httpUrl.meta({
    description: "address of the identity provider, which serves /.well-known/openid-configuration",
    examples: ["https://accounts.google.com"],
  }),
  clientId: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: "issued by the provider for Plumbline", examples: ["plumbline"] }),
  clientSecret: secret.describe(
    "issued with the client; its redirect address is publicUrl + /sign-in/open-id/callback",
  ),
  nameClaim: z.string().min(1).max(100).default("email").describe("the claim that names a person"),
  readers: z
    .union([z.literal("everybody"), people])
    .meta({ description: "people who may look: names, or everybody who can sign in there", examples: ["everybody"] }),
  writers: people
    .default([])
    .meta({ description: "people who may look and change something", examples: [["ann@example.com"]] }),
});

export const api = z
  .strictObject({
    tokens: z
      .record(slug, apiToken)
      .default({})
      .describe("tokens for the API and their scopes; without tokens, the API answers only on this machine"),
    publicUrl: httpUrl.optional().meta({
      description: "where people reach the service; together with linkKey, alerts carry links to act on them",
      examples: ["https://plumbline.example.com"],
    }),
    linkKey: secret.optional().describe("key that signs those links: openssl rand -hex 24"),
    trustedProxies: z
      .array(addressRange)
      .max(100)
      .default([])
      .meta({
        description: "proxies whose X-Forwarded-For says who sends a request; requests are limited by that address",
        examples: [["10.0.0.0/8"]],
      }),
    trustedProxy: trustedProxy
      .optional()
      .describe("people sign in at the trusted proxies, which send their names in a header"),
    openId: openId.optional().describe("people sign in with OpenID Connect"),
  })
  .transform(({ tokens, publicUrl, linkKey, trustedProxies, trustedProxy: proxy, openId: identity }, context) => {
    const named = Object.entries(tokens).map(([name, token]) => ({ name, ...token }));
    const known = { tokens: named, trustedProxies, trustedProxy: proxy, openId: identity };
    if (identity !== undefined && publicUrl === undefined) {
      const params = { got: "nothing", hint: "add publicUrl: https://plumbline.example.com" };
      context.addIssue({ code: "custom", path: ["openId"], message: "publicUrl as well", params });
    }
    if (proxy !== undefined && trustedProxies.length === 0) {
      const params = { got: "nothing", hint: "add trustedProxies: [10.0.0.0/8], the addresses of the proxy" };
      context.addIssue({ code: "custom", path: ["trustedProxy"], message: "trustedProxies as well", params });
    }
    if (publicUrl !== undefined && linkKey !== undefined) {
      return { ...known, links: { publicUrl: publicUrl.replace(/\/+$/, ""), key: linkKey } };
    }
    if (publicUrl !== undefined || linkKey !== undefined) {
      const [given, missing] = publicUrl === undefined ? ["linkKey", "publicUrl"] : ["publicUrl", "linkKey"];
      const hint = publicUrl === undefined ? "https://plumbline.example.com" : "{ env: PLUMBLINE_LINK_KEY }";
      const params = { got: "nothing", hint: `add ${missing}: ${hint}` };
      context.addIssue({ code: "custom", path: [given], message: `${missing} as well`, params });
    }
    return { ...known, links: undefined };
  });
