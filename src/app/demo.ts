import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DemoPlace } from "../demo/demo.ts";

const placeSchema = z.object({ port: z.int().min(1).max(65_535), key: z.string().min(1) });

/** A demo on kept data goes on where the last one was: its provider listens at the same port, with the same key. */
export function demoPlace(folder: string): { place: DemoPlace | undefined; rememberPlace: (place: DemoPlace) => void } {
  const file = join(folder, "demo.json");
  return {
    place: readPlace(file),
    rememberPlace(place) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, JSON.stringify(place));
    },
  };
}

function readPlace(file: string): DemoPlace | undefined {
  try {
    return placeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
