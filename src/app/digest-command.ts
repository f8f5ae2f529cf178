import type { Digest } from "../notify/compose/digest-message.ts";
import type { DigestArguments } from "../cli/digest-words.ts";
import type { Io } from "../cli/io.ts";
import { digestStory } from "../report/digest-text.ts";
import { createAsk } from "./ask.ts";

/** The digest of a running service; resolves to the exit code. */
export function showDigest({ last, ...options }: DigestArguments, io: Io): Promise<number> {
  return createAsk(io)<Digest>(options, ["GET", last ? "/digest?of=last" : "/digest"], digestStory);
}
