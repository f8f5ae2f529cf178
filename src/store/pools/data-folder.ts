import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 5000;
const retryMs = 100;

class FolderInUse extends Error {}

/** Takes the folder; a process that was killed a moment ago may need a while to be gone. */
export async function takeDataFolder(folder: string): Promise<() => void> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    try {
      return lockDataFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderInUse) || waitedMs >= patienceMs) throw error;
      await sleep(retryMs);
    }
  }
}

/** Takes the folder for this process; throws a message for people when another living process has it. */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "plumbline.pid");
  const holder = readHolder(file);
  // Its own pid in the file means little: in a container every start may get the same one.
  const isTaken = holder?.pid === process.pid ? open.has(file) : holder !== undefined && isAlive(holder);
  if (isTaken) {
    throw new FolderInUse(
      `${folder} is in use by process ${holder?.pid}. Stop it first, or set PLUMBLINE_DATA to another folder; several processes need DATABASE_URL.`,
    );
  }
  writeFileSync(file, `${process.pid} ${statusOf(process.pid)?.start ?? ""}\n`);
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
  /** See `statusOf`. */
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

/** A pid that belongs to another program by now was started at another time, where the system shows that. */
function isAlive({ pid, start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = statusOf(pid);
  if (now === undefined) return true;
  return !now.isDead && (start === undefined || start === now.start);
}

/**
 * When a process was started, in clock ticks since boot, and which boot; and whether it only waits for its parent to ask
 * how it ended. Linux only (proc_pid_stat(5), fields 22 and 3).
 */
function statusOf(pid: number): { readonly start: string; readonly isDead: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name, in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const [state = "", ticks] = [fields[0], fields[19]];
    return ticks === undefined ? undefined : { start: `${boot}/${ticks}`, isDead: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}
