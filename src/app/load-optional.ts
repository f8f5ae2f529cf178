import { exitCodes, Refusal } from "../cli/io.ts";

/** Loads a part that the container image leaves out, together with the packages that only it needs. */
export async function loadOptional<T>(what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    const reason = `${what} is not installed: the container image leaves it out, and so does npm install --omit=optional`;
    throw new Refusal(`${reason}. Use the npm package: npm install --include=optional plumbline`, exitCodes.usage);
  }
}
