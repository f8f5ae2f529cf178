import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Enough for the garbage of the runs of a second. */
const enoughBytes = 8_000_000;
const lookEveryMs = 100;

/**
 * Keeps V8 from taking memory that it never gives back: on a machine with much of it, its space for new objects grows to
 * 130 MB while modules and a large configuration are read, and its heap to twice what is used. Returns what to call when
 * the service is open: that collects what the start has left behind, and lets the space for new objects grow as far as
 * runs need it.
 */
export function boundMemory(): () => void {
  setFlagsFromString("--semi-space-growth-factor=1");
  return () => {
    for (const flag of ["--expose-gc", "--heap-growing-percent=20"]) setFlagsFromString(flag);
    const collect = runInNewContext("gc") as (options: object) => void;
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
    setFlagsFromString("--semi-space-growth-factor=2");
    const looking = setInterval(() => {
      const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
      if (size < enoughBytes) return;
      setFlagsFromString("--semi-space-growth-factor=1");
      clearInterval(looking);
    }, lookEveryMs).unref();
  };
}
