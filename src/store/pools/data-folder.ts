import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Takes the folder for this process; throws a message for people when another living process has it. */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "plumbline.pid");
  const holder = readHolder(file);
  // Its own pid in the file means little: in a container every start may get the same one.
  const isTaken = holder?.pid === process.pid ? open.has(file) : holder !== undefined && isAlive(holder);
  if (isTaken) {
    throw new Error(
      `${folder} is in use by process ${holder?.pid}. Stop it first, or set PLUMBLINE_DATA to another folder; several processes need DATABASE_URL.`,
    );
  }
  writeFileSync(file, `${process.pid} ${startOf(process.pid) ?? ""}\n`);
  open.add(file);
  return () => {
    open.delete(file);
    rmSync(file, { force: true });
  };
}

/** Of this process. */
const open = new Set<string>();

interface Holder {
  readonly pid: number;
  /** See `startOf`. */
  readonly start: string | undefined;
}

function readHolder(file: string): Holder | undefined {
  try {
    const [pid, start] = readFileSync(file, "utf8").trim().split(" ");
    return Number.isInteger(Number(pid)) && Number(pid) > 0 ? { pid: Number(pid), start } : undefined;
  } catch {
    return undefined;
  }
}

/** A pid that is somebody else's program by now was started at another time, where the system tells. */
function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = startOf(pid);
  return start === undefined || now === undefined || now === start;
}

/** When a process was started, in clock ticks since boot, and which boot; Linux only (proc_pid_stat(5), field 22). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name, in brackets, and may hold anything.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}
