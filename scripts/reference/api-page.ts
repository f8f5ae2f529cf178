import { mostPerMinute } from "../../src/web/access.ts";
import { type Field, fieldsOf, typeOf } from "./api-fields.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Field;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Field }>>;

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Field>> };
}

const intro = [
  "A running service answers at the address of `listen`, by default `http://127.0.0.1:8080`. For programs, `/api/v1/openapi.json` is an OpenAPI 3.1 document with the same content.",
  "**Access.** Without `api.tokens` in the [configuration](config.md#api), only requests from the same machine are allowed, and they may do everything. With tokens, send one as `Authorization: Bearer …`: " +
    "the scope `read` may read, `write` may do everything. Routes marked *open* need no token.",
  "**Responses.** Responses are JSON: `{ schema: 1, data: … }`, or `{ error: … }` with a sentence if the request failed. Within `schema: 1`, Plumbline may add members. It never removes or renames one, or changes its meaning. " +
    "Send `content-type: application/json` with every request that changes something; with a token, a request without a body does not need it. Plumbline refuses requests that another site makes a browser send (`Origin`, `Sec-Fetch-Site`). A time in a member that ends in `Ms` is in milliseconds since 1970 (UTC).",
  `**Rate limit.** ${mostPerMinute} requests per minute for each token, and for each address on open routes (except \`/healthz\`). Above that, the status is 429: wait as long as \`retry-after\` says. After ten wrong tokens per minute from one address, or the same wrong token ten times, wrong tokens also get 429. A valid token is never refused because of wrong ones. If the service is behind a proxy, list the proxy in \`api.trustedProxies\`: then the address is that in \`X-Forwarded-For\`. Each web process counts separately.`,
];

/** The page about the HTTP API: every route, and every form of data that several of them have. */
export function apiPage(document: ApiDocument): string {
  const { paths, components } = withDescriptions(document);
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  const overview = routes.map(({ name, operation }) => [
    `[${code(name)}](#${anchor(name)})`,
    accessOf(operation),
    sentence(operation.summary),
  ]);
  const common = commonReplies(routes.map(({ operation }) => operation));
  return [
    titled("The HTTP API", "the OpenAPI document that a service serves", ...intro),
    `## All routes\n\n${table(["route", "access", "what it does"], overview)}`,
    `## Statuses\n\nThe same for all routes; exceptions are listed with the route.\n\n${table(
      ["status", "meaning"],
      [...common].map(([status, words]) => [status, sentence(words)]),
    )}`,
    ...routes.map(({ name, operation }) => routeSection(name, operation, common)),
    "## Schemas\n\nObjects that several routes use.\n",
    ...Object.entries(components.schemas).map(([name, schema]) => formSection(name, schema)),
  ].join("\n");
}

/** A member that is one of the schemas is described there. */
function withDescriptions(document: ApiDocument): ApiDocument {
  const { schemas } = document.components;
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("$ref" in value) || "description" in value) return value;
    const name = String(value.$ref).split("/").at(-1) ?? "";
    return { ...value, description: schemas[name]?.description };
  }) as ApiDocument;
}

function accessOf({ description, security }: Operation): string {
  return security === undefined ? description.replace(/^scope: /, "") : "open";
}

/** What a status means nearly everywhere. */
function commonReplies(operations: readonly Operation[]): ReadonlyMap<string, string> {
  const counted = new Map<string, Map<string, number>>();
  for (const [status, { description }] of operations.flatMap(({ responses }) => Object.entries(responses))) {
    const words = counted.get(status) ?? new Map<string, number>();
    counted.set(status, words.set(description, (words.get(description) ?? 0) + 1));
  }
  const usual = [...counted].flatMap(([status, words]) => {
    const [most] = [...words].toSorted(([, one], [, other]) => other - one);
    return most === undefined || most[1] < 3 ? [] : [[status, most[0]] as const];
  });
  return new Map(usual.toSorted(([one], [other]) => Number(one) - Number(other)));
}

function routeSection(name: string, operation: Operation, common: ReadonlyMap<string, string>): string {
  const { parameters = [], requestBody, responses } = operation;
  const given = parameters.map((it) => [
    code(it.name),
    it.in,
    typeOf(it.schema),
    it.required ? "*required*" : it.schema.default === undefined ? "" : code(String(it.schema.default as string)),
    wordsOf(it, name),
  ]);
  const body = requestBody === undefined ? [] : fieldsOf(bodySchema(requestBody.content));
  const [good] = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  const data = good === undefined ? undefined : dataOf(good[1].content);
  const own = Object.entries(responses).filter(([status, { description }]) => common.get(status) !== description);
  return [
    `## ${code(name)}\n`,
    `${sentence(operation.summary)} Access: ${accessOf(operation)}.\n`,
    table(["parameter", "in", "type", "default", "meaning"], given),
    body.length === 0 ? "" : `Body:\n\n${fieldTable(body, name)}`,
    data === undefined ? "" : replyWords(data, name),
    `Statuses: ${Object.keys(responses).join(", ")}.\n`,
    table(
      ["status", "meaning here"],
      own.map(([status, { description }]) => [status, sentence(description)]),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function bodySchema(content: Content): Field {
  return Object.values(content)[0]?.schema ?? {};
}

/** What stands in `data`, or the whole body where there is no such member. */
function dataOf(content: Content): { readonly what: string; readonly schema: Field } | undefined {
  const [type, first] = Object.entries(content)[0] ?? [];
  if (first === undefined) return undefined;
  if (type !== "application/json")
    return { what: `The body is ${Object.keys(content).map(code).join(" or ")}`, schema: {} };
  const { data, health } = first.schema.properties ?? {};
  return data === undefined || health !== undefined
    ? { what: "The body", schema: first.schema }
    : { what: "`data`", schema: data };
}

function replyWords({ what, schema }: { readonly what: string; readonly schema: Field }, name: string): string {
  const fields = fieldsOf(schema);
  if (Object.keys(schema).length === 0) return `${what}.\n`;
  if (fields.length === 0) return `${what}: ${typeOf(schema)}.\n`;
  return `${what}:\n\n${fieldTable(fields, name)}`;
}

function formSection(name: string, schema: Field): string {
  const about = schema.description === undefined ? "" : `${sentence(schema.description)}\n\n`;
  return `### ${name}\n\n${about}${fieldTable(fieldsOf(schema), name)}`;
}

function fieldTable(fields: ReturnType<typeof fieldsOf>, place: string): string {
  const rows = fields.map(({ path, isRequired, field }) => [
    code(path),
    typeOf(field),
    isRequired ? "" : "may be missing",
    wordsOf({ name: path, description: field.description }, place),
  ]);
  return table(["member", "type", "", "meaning"], rows);
}

/** What has no words in the document would be a row that says nothing. */
function wordsOf(given: { readonly name: string; readonly description?: string | undefined }, place: string): string {
  if (given.description === undefined) {
    throw new Error(`${given.name} of ${place} has no description: give it one in src/operate/`);
  }
  return sentence(given.description);
}
