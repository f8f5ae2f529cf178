import { z } from "zod";
import type { Json, JsonObject } from "../std/json.ts";
import type { ApiRoute } from "./api-route.ts";
import { observationsQuery } from "./api-words.ts";
import { status } from "./status-words.ts";
import { apart, type ApartRoute, htmlPages } from "./openapi-apart.ts";

type Paths = { [path: string]: { [method: string]: Json } };

/** The OpenAPI 3.1 document of all that is served, made from the same table and schemas that serve it. */
export function openApiOf(routes: readonly ApiRoute[], version: string): JsonObject {
  const schemas: { [name: string]: Json } = {};
  const schemaOf = (schema: z.ZodType, io: "input" | "output" = "output"): Json => named(schema, io, schemas);
  const paths: Paths = {};
  const put = (path: string, method: string, operation: Json): void => {
    (paths[path] ??= {})[method.toLowerCase()] = operation;
  };
  for (const route of routes) put(`/api/v1${route.path}`, route.method, operationOf(route, schemaOf));
  put("/api/v1/observations", "GET", observations(schemaOf));
  put("/api/v1/status", "GET", {
    summary: "how the service and everything it watches is",
    description: "scope: read",
    responses: { "200": { description: "done", content: json(schemaOf(status)) }, ...refusals({}) },
  });
  for (const [path, route] of Object.entries(apart)) put(path, "GET", apartOperation(route));
  for (const [method, operation] of Object.entries(htmlPages)) put("/act", method, operation);
  return {
    openapi: "3.1.0",
    info: { title: "Plumbline", version, description: "What a running Plumbline knows, and what people may do to it." },
    paths,
    components: { schemas, securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
  };
}

type SchemaOf = (schema: z.ZodType, io?: "input" | "output") => Json;

function operationOf({ summary, scope, path, query, body, answer, status, conflicts }: ApiRoute, of: SchemaOf): Json {
  const data = z.object({ schema: z.literal(1).describe("version of the form"), data: answer });
  const canBeMissing = path.includes("{id}") || query?.shape["probe"]?.safeParse(undefined).success === false;
  return {
    summary,
    description: `scope: ${scope}`,
    parameters: [...(path.includes("{id}") ? [idOf(path)] : []), ...(query === undefined ? [] : queryOf(query, of))],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(of(body, "input")) } }),
    responses: {
      [String(status ?? 200)]: { description: "done", content: json(of(data)) },
      ...refusals({
        "400": true,
        "403": scope === "act",
        "404": canBeMissing,
        "409": conflicts === true,
        "413": body !== undefined,
      }),
    },
  };
}

function observations(of: SchemaOf): Json {
  const lines = { type: "string", description: "a line for each call, written as it is read" };
  return {
    summary: "facts of every call between two moments, for another program",
    description: "scope: read",
    parameters: queryOf(observationsQuery, of),
    responses: {
      "200": {
        description: "done",
        content: { "application/x-ndjson": { schema: lines }, "text/csv": { schema: lines } },
      },
      ...refusals({ "400": true }),
    },
  };
}

function apartOperation({ summary, isUnlimited, type, schema, unwell }: ApartRoute): Json {
  const content = { [type]: { schema } };
  return {
    summary,
    description: "open to everybody",
    security: [],
    responses: {
      "200": { description: unwell === undefined ? "done" : "all is well", content },
      ...(unwell !== undefined && { "503": { description: unwell, content } }),
      ...(isUnlimited !== true && tooMany),
    },
  };
}

const ids: Readonly<Record<string, string>> = {
  incidents: "the incident's id, as in the alert",
  silences: "the silence's id",
  deliveries: "the delivery's id",
  baselines: "the id of the series",
  probes: "the probe's id, such as valid@default",
  runs: "the run's id",
  "planned-changes": "the planned change's id",
};

function idOf(path: string): Json {
  const description = ids[path.split("/")[1] ?? ""] ?? "its id";
  return { name: "id", in: "path", required: true, description, schema: { type: "string" } };
}

function queryOf(query: z.ZodObject, of: SchemaOf): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = of(schema as z.ZodType, "input") as JsonObject;
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: "query", required, ...(description !== undefined && { description }), schema: rest };
  });
}

function failure(description: string): Json {
  const error = { type: "string", description: "what is wrong, and what to do" };
  return { description, content: json({ type: "object", required: ["error"], properties: { error } }) };
}

const tooMany = { "429": failure("too many requests or wrong tokens: retry-after says how long to wait") };
const refused: Readonly<Record<string, Json>> = {
  "400": failure("the request is not as described; every problem is named"),
  "401": failure("no token, or one that is not known"),
  "403": failure("the token may not do this"),
  "404": failure("there is no such thing"),
  "409": failure("it can't be done in its state"),
  "413": failure("the body is too long"),
  ...tooMany,
};

function refusals(possible: Readonly<Partial<Record<"400" | "403" | "404" | "409" | "413", boolean>>>): JsonObject {
  const can: Readonly<Record<string, boolean>> = { ...possible, "401": true, "429": true };
  return Object.fromEntries(Object.entries(refused).filter(([status]) => can[status] === true));
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}

/** Schemas with an id are told once, among the components. */
function named(schema: z.ZodType, io: "input" | "output", schemas: { [name: string]: Json }): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = rehomed(z.toJSONSchema(schema, { io }) as JsonObject) as JsonObject;
  for (const [name, one] of Object.entries($defs as JsonObject)) schemas[name] ??= withoutId(one);
  return withoutId(rest);
}

function withoutId(schema: Json): Json {
  const { id: _id, ...rest } = schema as JsonObject;
  return rest;
}

function rehomed(value: Json): Json {
  if (Array.isArray(value)) return value.map((one) => rehomed(one as Json));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, one]) => [
      key,
      key === "$ref" && typeof one === "string"
        ? one.replace("#/$defs/", "#/components/schemas/")
        : rehomed(one as Json),
    ]),
  );
}
