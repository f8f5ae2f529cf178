import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of the servers the tests need, installed first where that is allowed. Throws a message with the ways out. */
export function findBinaries(need: { redis: boolean; postgres: boolean }): Binaries {
  const missing = (): string[] => [
    ...(need.redis && redisBinary() === undefined ? ["redis-server"] : []),
    ...(need.postgres && postgresDir() === undefined ? ["postgresql"] : []),
  ];
  const wanted = [...(promtoolBinary() === undefined ? ["prometheus"] : []), ...(browserBinary() ? [] : ["chromium"])];
  const packages = [...missing(), ...wanted];
  if (packages.length > 0 && mayInstall()) install(packages);
  const still = missing();
  if (still.length > 0) {
    throw new Error(
      `The tests need ${still.join(" and ")}. Two ways out: install ${still.join(" and ")} so that the servers are found, ` +
        "or set TEST_REDIS_URL and TEST_DATABASE_URL to servers that tests may use.",
    );
  }
  return { redis: redisBinary() ?? "", postgresDir: postgresDir() ?? "", promtool: promtoolBinary() };
}

interface Binaries {
  readonly redis: string;
  readonly postgresDir: string;
  /** undefined = not to be had here: only the tests that need it fail. */
  readonly promtool: string | undefined;
}

const redisBinary = (): string | undefined => onPath("redis-server");
const promtoolBinary = (): string | undefined => onPath("promtool");

export const browserNames = ["chromium", "chromium-browser", "google-chrome"] as const;
const browserBinary = (): string | undefined => browserNames.map(onPath).find((file) => file !== undefined);

/** A program of a Debian package under any of its names, installed first where that is allowed. Throws the way out. */
export function findProgram(names: readonly string[], debianPackage: string): string {
  const find = (): string | undefined => names.map(onPath).find((file) => file !== undefined);
  if (find() === undefined && mayInstall()) install([debianPackage]);
  const found = find();
  if (found === undefined) throw new Error(`This test needs ${names.join(" or ")}: install ${debianPackage}.`);
  return found;
}

function onPath(program: string): string | undefined {
  return [...(process.env["PATH"] ?? "").split(":"), "/usr/bin", "/usr/local/bin"]
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** The folder that has `initdb` and `postgres`, newest version first. */
function postgresDir(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(debian, version, "bin")), ...(process.env["PATH"] ?? "").split(":")].find(
    (folder) => isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "postgres")),
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && isExecutable("/usr/bin/apt-get");
}

/** Debian starts what it installs unless this file says no (101); it is taken away again, and never overwritten. */
const startPolicy = "/usr/sbin/policy-rc.d";

function install(packages: readonly string[]): void {
  process.stderr.write(`installing ${packages.join(" and ")} for the tests …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"] };
  const isOurs = !existsSync(startPolicy);
  if (isOurs) writeFileSync(startPolicy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    execFileSync("apt-get", ["update", "-q"], options);
    // Test processes may install at the same time.
    const patient = ["-o", "DPkg::Lock::Timeout=300"];
    execFileSync("apt-get", [...patient, "install", "-y", "-q", "--no-install-recommends", ...packages], options);
  } catch {
    process.stderr.write("the installation failed\n");
  } finally {
    if (isOurs) rmSync(startPolicy, { force: true });
  }
}
