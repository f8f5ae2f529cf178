import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Takes the folder for this process; throws a message for people when another living process has it. */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "plumbline.pid");
  const holder = readPid(file);
  // Its own pid in the file means little: in a container every start may get the same one.
  const isTaken = holder === process.pid ? open.has(file) : holder !== undefined && isAlive(holder);
  if (isTaken) {
    throw new Error(
      `${folder} is in use by process ${holder}. Stop it first, or set PLUMBLINE_DATA to another folder; several processes need DATABASE_URL.`,
    );
  }
  writeFileSync(file, `${process.pid}\n`);
  open.add(file);
  return () => {
    open.delete(file);
    rmSync(file, { force: true });
  };
}

/** Of this process. */
const open = new Set<string>();

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A pid that is somebody else's program by now looks alive too; then a person has to remove the file. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
