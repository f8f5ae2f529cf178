import type { Json } from "../std/json.ts";
import type { ChunkPosition, Protocol } from "../protocol/protocol.ts";
import type { ChunkShape } from "./observation.ts";
import { outlineOf } from "./shape.ts";

/** The shapes of a stream's chunks by what they are there for. Unlike the union they show where a member is missing. */
export function chunkShapes(
  chunks: readonly Json[],
  { chunkPosition }: Protocol,
): Partial<Record<ChunkPosition, ChunkShape>> {
  const byPosition = Map.groupBy(chunks.slice(0, mostChunks), (chunk, index) => chunkPosition(chunk, index));
  return Object.fromEntries(
    [...byPosition].map(([position, members]) => {
      const { shape, classes } = outlineOf(members);
      const empty = Object.keys(classes).filter(
        (path) =>
          classes[path]?.includes("empty") === true &&
          (shape[path]?.includes("array") === true || (path.endsWith(".finish_reason") && classes[path].length === 1)),
      );
      return [position, empty.length === 0 ? { shape } : { shape, empty }];
    }),
  );
}

const mostChunks = 2000;
