import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const patienceMs = 5000;
const retryMs = 100;
/** SQLITE_BUSY: another connection holds the lock. */
const busy = 5;

class FolderInUse extends Error {}

/** Held here: the collection of a forgotten lock as garbage would release it. */
const held = new Set<DatabaseSync>();

/** Takes the folder; a process that was killed a moment ago may need a while to be gone. `purpose`: shown to others. */
export async function takeDataFolder(folder: string, purpose: string): Promise<() => void> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    try {
      return lockDataFolder(folder, purpose);
    } catch (error) {
      if (!(error instanceof FolderInUse) || waitedMs >= patienceMs) throw error;
      await sleep(retryMs);
    }
  }
}

/**
 * Takes the folder for this process; throws a message for people when another process has it. The lock belongs to the
 * kernel: it ends with the process, however that ends, and holds between containers, where every process is number 1. An
 * empty SQLite database serves as the lock file, because Node itself offers no file locks.
 */
export function lockDataFolder(folder: string, purpose: string): () => void {
  mkdirSync(folder, { recursive: true });
  const ownerFile = join(folder, "plumbline.owner");
  const lock = new DatabaseSync(join(folder, "plumbline.lock"), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new FolderInUse(inUse(folder, readOwner(ownerFile))) : error;
  }
  held.add(lock);
  writeFileSync(ownerFile, `${purpose}, process ${process.pid} on host ${hostname()}\n`);
  return () => {
    rmSync(ownerFile, { force: true });
    // The lock file stays: whoever deletes it could delete the one that the next process has locked.
    held.delete(lock);
    lock.close();
  };
}

function inUse(folder: string, owner: string): string {
  return `${folder} is in use by ${owner}. Stop that process first, or set PLUMBLINE_DATA to another folder; several processes need DATABASE_URL.`;
}

function readOwner(file: string): string {
  try {
    return `${readFileSync(file, "utf8").trim().slice(0, 300)}, since ${statSync(file).mtime.toISOString()}`;
  } catch {
    return "another process";
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === busy;
}
