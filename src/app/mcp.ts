import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { McpArguments } from "../cli/effects.ts";
import { call } from "../cli/ask.ts";
import { exitCodes, type Io, Refusal } from "../cli/io.ts";
import type { AskService, AuditLine, NoAnswer, ToolWorld } from "../mcp/ask-service.ts";
import { serveHttp, serveStdio } from "../mcp/serve.ts";
import { getStatus } from "../operate/status.ts";
import { systemClock } from "../std/clock.ts";
import { loopbackHosts } from "../std/loopback.ts";
import { readAudit } from "./audit-archive.ts";
import { callService } from "./call-service.ts";

/** Answers assistants until the client goes or a signal comes. */
export async function serveMcp({ url, scope, listen, audits }: McpArguments, io: Io): Promise<number> {
  const worldOf = (env: Io["env"]): ToolWorld => worldAt(url, env, audits);
  if (listen === undefined) {
    await serveStdio(worldOf(io.env), scope);
    return exitCodes.fine;
  }
  if (!loopbackHosts.has(listen.host)) await refuseWithoutTokens(url, listen.host);
  // Nobody who can reach the port borrows the token of this process, or reads its files without one.
  const ofCaller = (token: string | undefined): ToolWorld => {
    const world = worldOf(token === undefined ? {} : { PLUMBLINE_TOKEN: token });
    return { ...world, audits: async () => (await refusalBy(world.ask)) ?? world.audits() };
  };
  await using server = await serveHttp({ ...listen, worldOf: ofCaller, scope });
  io.stderr.write(`serving MCP at ${server.url}\n`);
  await new Promise<void>((resolve) => io.onSignal(() => resolve()));
  return exitCodes.fine;
}

/** A service without tokens trusts this machine: requests passed on from other machines would look like its own. */
async function refuseWithoutTokens(url: string, host: string): Promise<void> {
  const reply = await call({ callService: (at, request) => callService(at, request, {}) }, url, getStatus, {});
  if (reply.kind === "refused") return;
  const reason =
    reply.kind === "unreachable"
      ? `no service answers at ${url}: start it first, so that its tokens can be checked`
      : `the service at ${url} needs no token, so anybody who reaches ${host} could use it: set api.tokens, or listen on 127.0.0.1`;
  throw new Refusal(reason, reply.kind === "unreachable" ? exitCodes.unhealthy : exitCodes.usage);
}

/** Why the service refuses this caller, if it does. */
async function refusalBy(ask: AskService): Promise<NoAnswer | undefined> {
  const answered = await ask(getStatus, {});
  return "problem" in answered ? answered : undefined;
}

/** What tools may look at: a service, with the token of an environment, and a folder with audits. */
export function worldAt(url: string, env: Io["env"] = {}, audits?: string): ToolWorld {
  return {
    ask: askAt(url, env),
    nowMs: () => systemClock.nowMs(),
    audits: () => Promise.resolve(audits === undefined ? noFolder : auditsIn(audits)),
    audit: (file) => (audits === undefined ? undefined : readAudit(join(audits, basename(file)))),
  };
}

function askAt(url: string, env: Io["env"]): AskService {
  const effects = {
    callService: (at: string, request: Parameters<typeof callService>[1]) => callService(at, request, env),
  };
  return async (operation, request) => {
    const reply = await call(effects, url, operation, request);
    switch (reply.kind) {
      case "answered":
        return { data: reply.data };
      case "refused":
        return { problem: `the service refused: ${reply.error}` };
      case "unreachable":
        return { problem: "no service answers: start one with plumbline start, or name another with --url" };
      case "unreadable":
        return { problem: "the service answered in a format that this version can't read" };
      default:
        return reply satisfies never;
    }
  };
}

const noFolder: NoAnswer = { problem: "no folder with audits was named: start plumbline mcp with --audits <folder>" };

function auditsIn(folder: string): readonly AuditLine[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const found = names.flatMap((file) => {
    const audit = readAudit(join(folder, file));
    if (audit === undefined) return [];
    const { target, model, endedAt, decision } = audit;
    const { readiness, because } = decision;
    return [{ file, target, model, endedAt, readiness, because }];
  });
  return found.toSorted((a, b) => (a.endedAt < b.endedAt ? 1 : -1));
}
