import { z } from "zod";
import type { Json, JsonObject } from "../std/json.ts";
import type { ApiRoute } from "./api-route.ts";

/** The OpenAPI 3.1 document of the API, made from the same table and schemas that serve it. */
export function openApiOf(routes: readonly ApiRoute[], version: string): JsonObject {
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const [path, operation] of Object.entries(apart)) paths[path] = { get: operation };
  for (const route of routes) {
    (paths[`/api/v1${route.path}`] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Plumbline", version, description: "What a running Plumbline knows, and what people may do to it." },
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
  };
}

/** What is served beside the table. */
const apart: Readonly<Record<string, Json>> = {
  "/api/v1/status": readable("how the service and everything it watches is", "scope: read", {
    type: "object",
    required: ["schema", "data", "health"],
    properties: { schema: { const: 1 }, data: { type: "object" }, health: { type: "object" } },
  }),
  "/api/v1/alert.schema.json": readable("the JSON Schema of what webhooks are sent", "open to everybody"),
  "/api/v1/openapi.json": readable("this document", "open to everybody"),
};

function readable(summary: string, description: string, schema: Json = { type: "object" }): Json {
  return { summary, description, responses: { "200": { description: "done", content: json(schema) } } };
}

function operationOf({ summary, scope, path, query, body, answer }: ApiRoute): Json {
  const parameters = [
    ...(path.includes("{id}") ? [{ name: "id", in: "path", required: true, schema: { type: "string" } }] : []),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: "query",
      required: false,
      schema: schemaOf(schema as z.ZodType, "input"),
    })),
  ];
  const failure = (description: string): Json => ({
    description,
    content: json(schemaOf(z.object({ error: z.string() }))),
  });
  return {
    summary,
    description: `scope: ${scope}`,
    parameters,
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(schemaOf(body, "input")) } }),
    responses: {
      "200": { description: "done", content: json(schemaOf(z.object({ schema: z.literal(1), data: answer }))) },
      "400": failure("the request is not as described; every problem is named"),
      "401": failure("no token, or one that is not known"),
      "403": failure("the token may not do this"),
      "404": failure("there is no such thing"),
      "409": failure("it can't be done in its state"),
      "429": failure("too many wrong tokens from this address: retry-after says how long to wait"),
    },
  };
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output" = "output"): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io }) as JsonObject;
  return rest;
}
