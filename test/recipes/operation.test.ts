import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const copy = mkdtempSync(join(tmpdir(), "plumbline-recipe-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const run = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [...words], { cwd: copy, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Puts a text before another one, which must be there exactly once. */
function before(file: string, place: string, text: string): void {
  const parts = readFileSync(join(copy, file), "utf8").split(place);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${place}`);
  writeFileSync(join(copy, file), parts.join(`${text}${place}`));
}

const types = [
  "node_modules/typescript/bin/tsc",
  "-p",
  "tsconfig.build.json",
  "--noEmit",
  "--incremental",
  "--tsBuildInfoFile",
  ".cache/tsc",
];

const definition = `export const countSilences = {
  method: "GET",
  path: "/silences/count",
  summary: "count active and future silences",
  scope: "read",
  answer: z.object({ silences: z.number().describe("how many there are") }),
} as const satisfies Operation;

`;
const command = `  asking(silence.command("count").description("count active and future silences")).action((where: AskOptions) =>
    ask(world, where, countSilences, {}, ({ silences }) => \`\${silences} silences\\n\`),
  );
`;
const check = `import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { runCli } from "../src/cli/program.ts";
import { createWeb } from "../src/web/serve.ts";

test("the operation is served, described and asked by its command", async () => {
  const stdout = new PassThrough();
  const web = createWeb({
    overview: () => Promise.reject(new Error("unused")),
    health: () => ({ live: true, ready: true, reasons: [] }),
    api: {
      operations: { silences: { count: () => Promise.resolve({ silences: 3 }) } } as never,
      gate: () => ({ kind: "granted", caller: { name: "ann", scope: "read" } }),
    },
  });
  const effects = {
    callService: async (_url: string, { path, method }: { path: string; method: string }) =>
      web.request(\`/api/v1\${path}\`, { method }),
  };
  const io = { stdout, stderr: stdout, env: {} } as never;
  expect(await runCli(["silence", "count"], io, effects as never)).toBe(0);
  expect(String(stdout.read())).toBe("3 silences\\n");
  expect(JSON.stringify(await (await web.request("/api/v1/openapi.json")).json())).toContain("/api/v1/silences/count");
});
`;

test(
  "CONTRIBUTING: an operation is a definition, a line in web/, a line in cli/, and its code",
  { timeout: 600_000 },
  () => {
    for (const part of ["src", "config", "package.json", "tsconfig.json", "tsconfig.build.json"]) {
      cpSync(part, join(copy, part), { recursive: true });
    }
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"));

    before("src/operate/silences.ts", "export const createSilence = {", definition);
    before(
      "src/operate/silences.ts",
      "  create(wanted: NewSilence",
      "  count(): Promise<{ readonly silences: number }>;\n",
    );
    before(
      "src/operate/silences.ts",
      "    async create(",
      "    count: async () => ({ silences: (await store.silences(clock.nowMs())).length }),\n",
    );
    before("src/web/silences.ts", "    route(createSilence,", "    route(countSilences, () => silences.count()),\n");
    before("src/web/silences.ts", "createSilence, expireSilence", "countSilences, ");
    before("src/cli/silences.ts", '  asking(silence.command("expire")', command);
    before("src/cli/silences.ts", "  createSilence,\n  expireSilence,", "  countSilences,\n");
    run(...types);

    writeFileSync(join(copy, "src/recipe.test.ts"), check.replaceAll("../src/", "./"));
    writeFileSync(join(copy, "vitest.config.ts"), "export default {};\n");
    run("node_modules/vitest/vitest.mjs", "run", "--root", ".", "src/recipe.test.ts");

    // An answer that does not match its schema does not compile.
    before(
      "src/web/silences.ts",
      "    route(createSilence,",
      "    route(countSilences, async () => ({ silence: 3 })),\n",
    );
    expect(() => run(...types)).toThrow("Command failed");
  },
);
