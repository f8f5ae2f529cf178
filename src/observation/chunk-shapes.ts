import { isJsonObject, type Json } from "../std/json.ts";
import type { ChunkPosition, ChunkShape } from "./observation.ts";
import { outlineOf } from "./shape.ts";

/** The shapes of a stream's chunks by what they are there for. Unlike the union they show where a member is missing. */
export function chunkShapes(chunks: readonly Json[]): Partial<Record<ChunkPosition, ChunkShape>> {
  const byPosition = Map.groupBy(chunks.slice(0, mostChunks), (chunk, index) => positionOf(chunk, index));
  return Object.fromEntries(
    [...byPosition].map(([position, members]) => {
      const { shape, classes } = outlineOf(members);
      const empty = Object.keys(classes).filter(
        (path) => shape[path]?.includes("array") === true && classes[path]?.includes("empty") === true,
      );
      return [position, empty.length === 0 ? { shape } : { shape, empty }];
    }),
  );
}

const mostChunks = 2000;

/** Of a chunk that serves several ends, the last of the order error, usage, finish, first, content. */
function positionOf(chunk: Json, index: number): ChunkPosition {
  if (!isJsonObject(chunk)) return "other";
  const { error, usage, choices } = chunk;
  if (error !== undefined && error !== null) return "error";
  const some = Array.isArray(choices) ? choices.filter(isJsonObject) : [];
  if (isJsonObject(usage) && some.length === 0) return "usage";
  if (some.some(({ finish_reason: reason }) => typeof reason === "string")) return "finish";
  if (index === 0) return "first";
  return some.some(({ delta }) => isJsonObject(delta) && typeof delta["content"] === "string") ? "content" : "other";
}
