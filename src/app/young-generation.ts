import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Enough for the garbage of the runs of a second. */
const enoughBytes = 8_000_000;
const lookEveryMs = 100;

/**
 * Keeps V8's space for new objects from growing beyond what is useful: on a machine with much memory it takes up to
 * 130 MB while a large configuration is read, and a service that lives for months never gives them back. Returns what to
 * call when the service is open: from then on it grows as far as runs need it.
 */
export function boundYoungGeneration(): () => void {
  setFlagsFromString("--semi-space-growth-factor=1");
  return () => {
    setFlagsFromString("--semi-space-growth-factor=2");
    const looking = setInterval(() => {
      const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
      if (size < enoughBytes) return;
      setFlagsFromString("--semi-space-growth-factor=1");
      clearInterval(looking);
    }, lookEveryMs).unref();
  };
}
