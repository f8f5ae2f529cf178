import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parse } from "yaml";

/** An object as an API server keeps it. */
export interface Kept {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [member: string]: unknown;
}

/** What the server has been told to do, in order, such as `create Job rel-plumbline-migrate`. */
export type AuditEntry = `${"create" | "replace" | "delete"} ${string}`;

export interface ApiServer {
  readonly url: string;
  readonly acts: readonly AuditEntry[];
  find(kind: string, name: string): Kept | undefined;
  all(kind: string): Kept[];
  close(): Promise<void>;
}

/** The kinds that it serves: group and version, plural. */
const kinds: Readonly<Record<string, readonly [groupVersion: string, plural: string]>> = {
  ConfigMap: ["v1", "configmaps"],
  Deployment: ["apps/v1", "deployments"],
  Job: ["batch/v1", "jobs"],
  Namespace: ["v1", "namespaces"],
  NetworkPolicy: ["networking.k8s.io/v1", "networkpolicies"],
  Pod: ["v1", "pods"],
  Secret: ["v1", "secrets"],
  Service: ["v1", "services"],
  ServiceAccount: ["v1", "serviceaccounts"],
};
const isNamespaced = (kind: string): boolean => kind !== "Namespace";

/**
 * As much of a Kubernetes API server as Helm talks to when it installs and tests: it keeps what it is given, tells
 * watchers, and hands each Job and each Pod to whoever runs it. It validates nothing.
 */
export async function openApiServer(run: (owner: Kept, server: ApiServer) => Promise<boolean>): Promise<ApiServer> {
  const objects = new Map<string, Kept>();
  const acts: AuditEntry[] = [];
  const watchers = new Set<{ readonly tell: (type: string, object: Kept) => void }>();
  let version = 0;
  const keyOf = (kind: string, name: string): string => `${kind} ${name}`;

  const keep = (kind: string, given: Kept, isNew: boolean): Kept => {
    version += 1;
    const uid = `00000000-0000-0000-0000-${String(version).padStart(12, "0")}`;
    const metadata = { uid, ...given.metadata, resourceVersion: String(version), generation: 1 };
    const kept = { apiVersion: kinds[kind]?.[0] ?? "v1", ...given, kind, metadata };
    objects.set(keyOf(kind, kept.metadata.name), kept);
    for (const { tell: notify } of watchers) notify(isNew ? "ADDED" : "MODIFIED", kept);
    return kept;
  };
  const put = (kind: string, given: Kept): Kept => {
    const isNew = !objects.has(keyOf(kind, given.metadata.name));
    acts.push(`${isNew ? "create" : "replace"} ${kind} ${given.metadata.name}`);
    const kept = keep(kind, given, isNew);
    if ((kind === "Job" || kind === "Pod") && isNew) {
      void run(kept, server).then((isFine) => keep(kind, { ...kept, status: endOf(kind, isFine) }, false));
    }
    return kept;
  };
  const remove = (kind: string, name: string): Kept | undefined => {
    const gone = objects.get(keyOf(kind, name));
    if (gone === undefined) return undefined;
    acts.push(`delete ${kind} ${name}`);
    objects.delete(keyOf(kind, name));
    for (const { tell: notify } of watchers) notify("DELETED", gone);
    return gone;
  };

  const listing = (kind: string, query: URLSearchParams): ((object: Kept) => boolean) => {
    const labels = (query.get("labelSelector") ?? "").split(",").filter((it) => it.includes("="));
    const name = /metadata\.name=([^,]+)/.exec(query.get("fieldSelector") ?? "")?.[1];
    return (object) =>
      object.kind === kind &&
      (name === undefined || object.metadata.name === name) &&
      labels.every((label) => {
        const [key = "", value] = label.split(/==?/);
        return object.metadata.labels?.[key] === value;
      });
  };

  const onObjects = async (
    kind: string,
    name: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> => {
    if (name === undefined && request.method === "GET") {
      const matches = listing(kind, query);
      if (query.get("watch") === "true" || query.get("watch") === "1") {
        response.writeHead(200, { "content-type": "application/json" });
        const notify = (type: string, object: Kept): void => {
          if (matches(object)) response.write(`${JSON.stringify({ type, object })}\n`);
        };
        const watcher = { tell: notify };
        watchers.add(watcher);
        request.on("close", () => watchers.delete(watcher));
        response.flushHeaders();
        if (query.get("sendInitialEvents") === "true") {
          for (const object of objects.values()) notify("ADDED", object);
          const annotations = { "k8s.io/initial-events-end": "true" };
          const mark = {
            apiVersion: kinds[kind]?.[0],
            kind,
            metadata: { resourceVersion: String(version), annotations },
          };
          response.write(`${JSON.stringify({ type: "BOOKMARK", object: mark })}\n`);
        }
        return;
      }
      const items = [...objects.values()].filter(matches);
      return answer(response, 200, {
        kind: `${kind}List`,
        apiVersion: kinds[kind]?.[0],
        metadata: { resourceVersion: String(version) },
        items,
      });
    }
    const body = await textOf(request);
    const found = name === undefined ? undefined : objects.get(keyOf(kind, name));
    if (request.method === "POST") {
      const given = JSON.parse(body) as Kept;
      if (objects.has(keyOf(kind, given.metadata.name))) return answer(response, 409, refusal(409, "AlreadyExists"));
      return answer(response, 201, put(kind, given));
    }
    if (request.method === "PATCH" && String(request.headers["content-type"]).includes("apply")) {
      return answer(response, found === undefined ? 201 : 200, put(kind, parse(body) as Kept));
    }
    if (found === undefined || name === undefined) return answer(response, 404, refusal(404, "NotFound"));
    if (request.method === "GET") return answer(response, 200, found);
    if (request.method === "DELETE") return answer(response, 200, remove(kind, name) ?? {});
    const change = JSON.parse(body) as Kept;
    answer(
      response,
      200,
      put(
        kind,
        request.method === "PUT"
          ? change
          : ({ ...found, ...change, metadata: { ...found.metadata, ...change.metadata } } as Kept),
      ),
    );
  };

  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://server");
    const described = description(pathname);
    if (described !== undefined) return answer(response, 200, described);
    const [, groupVersion = "", plural = "", name] =
      /^\/(?:api|apis)\/((?:[a-z0-9.]+\/)?v[0-9a-z]+)\/(?:namespaces\/[^/]+\/(?=.))?([a-z]+)(?:\/([^/]+))?$/.exec(
        pathname,
      ) ?? [];
    const [kind] = Object.entries(kinds).find(([, it]) => it[0] === groupVersion && it[1] === plural) ?? [];
    if (kind === undefined) return answer(response, 404, refusal(404, "NotFound"));
    void onObjects(kind, name, request, response, searchParams);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as { port: number };
  const server: ApiServer = {
    url: `http://127.0.0.1:${port}`,
    acts,
    find: (kind, name) => objects.get(keyOf(kind, name)),
    all: (kind) => [...objects.values()].filter((object) => object.kind === kind),
    async close() {
      http.closeAllConnections();
      await new Promise((closed) => http.close(closed));
    },
  };
  return server;
}

function endOf(kind: "Job" | "Pod", isFine: boolean): object {
  if (kind === "Pod") return { phase: isFine ? "Succeeded" : "Failed" };
  const type = isFine ? "Complete" : "Failed";
  return { [isFine ? "succeeded" : "failed"]: 1, conditions: [{ type, status: "True", reason: type }] };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const refusal = (code: number, reason: string): object => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason,
  code,
  message: reason,
});

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/** What a client asks to learn what there is. */
function description(pathname: string): object | undefined {
  if (pathname === "/version") return { major: "1", minor: "35", gitVersion: "v1.35.0" };
  if (pathname === "/api") return { kind: "APIVersions", versions: ["v1"] };
  const groups = [...new Set(Object.values(kinds).map(([groupVersion]) => groupVersion))];
  if (pathname === "/apis") {
    const named = groups
      .filter((it) => it.includes("/"))
      .map((groupVersion) => {
        const [name, version] = groupVersion.split("/");
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
      });
    return { kind: "APIGroupList", apiVersion: "v1", groups: named };
  }
  if (pathname === "/openapi/v3") {
    const paths = groups.map((it) => [rootOf(it), { serverRelativeURL: `/openapi/v3/${rootOf(it)}` }]);
    return { paths: Object.fromEntries(paths) };
  }
  const asked = groups.find((it) => pathname === `/openapi/v3/${rootOf(it)}`);
  if (asked !== undefined) return openApiOf(asked);
  const groupVersion = pathname.replace(/^\/apis?\//, "");
  if (!groups.includes(groupVersion)) return undefined;
  const resources = Object.entries(kinds)
    .filter(([, [its]]) => its === groupVersion)
    .map(([kind, [, plural]]) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: isNamespaced(kind),
      kind,
      verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    }));
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

const rootOf = (groupVersion: string): string => `${groupVersion.includes("/") ? "apis" : "api"}/${groupVersion}`;

/** Says no more than that the server checks fields itself, so that a client need not. */
function openApiOf(groupVersion: string): object {
  const [version = "", group = ""] = groupVersion.split("/").toReversed();
  const parameters = [{ name: "fieldValidation", in: "query", schema: { type: "string" } }];
  const paths = Object.entries(kinds)
    .filter(([, [its]]) => its === groupVersion)
    .map(([kind, [, plural]]) => [
      `/${rootOf(groupVersion)}/namespaces/{namespace}/${plural}/{name}`,
      { patch: { parameters, "x-kubernetes-group-version-kind": { group, version, kind }, responses: {} } },
    ]);
  return { openapi: "3.0.0", info: { title: "api", version: "1" }, paths: Object.fromEntries(paths) };
}
