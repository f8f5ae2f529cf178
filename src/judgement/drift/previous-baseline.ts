import { isJsonObject, type Json, toJson } from "../../std/json.ts";

/** The baseline before the one that a person accepted, kept with it: going back to it is a recovery, not a drift. */
export function previousIn<Learned>(
  learned: Json | undefined,
  read: (stored: Json | undefined) => Learned | undefined,
): Learned | undefined {
  return isJsonObject(learned) ? read(learned["previous"]) : undefined;
}

/** A baseline with the one before it, whose own is forgotten; without one it is the baseline alone. */
export function withPrevious(learned: object, previous: object | undefined): Json {
  return toJson({ ...learned, previous: previous && { ...previous, previous: undefined } });
}
