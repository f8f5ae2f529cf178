import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bareEnv } from "../setup/plumbline.ts";

const error = "\u001B]0;owned\u0007\u001B[2J\u009B2J\u202Elive si llA\r\nroot@host:~# ";
const service = createServer((request, response) =>
  request.url?.includes("/observations") === true
    ? response.writeHead(200).end(`${error}\n`)
    : response.writeHead(418).end(JSON.stringify({ error })),
);
beforeAll(() => new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening)));
afterAll(() => service.close());

test.each([[["incident", "list"]], [["export"]], [["status"]]])(
  "a hostile service can't control the terminal: %s %s",
  async (words) => {
    const { port } = service.address() as AddressInfo;
    const command = ["src/main.ts", ...words, "--url", `http://127.0.0.1:${port}`];
    const child = spawn(process.execPath, command, { env: { ...bareEnv, FORCE_COLOR: "1" } });
    const printed = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
    expect(printed).toContain("\\u001b[2J");
    expect(printed.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  },
);
