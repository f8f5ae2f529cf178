import { type StarterProvider, type StarterProviderName, starterProviders } from "../config/starter/providers.ts";
import { type StarterReceiverName, starterReceivers } from "../config/starter/receivers.ts";
import type { StarterChoices } from "../config/starter/starter.ts";
import { exitCodes, type Io, Refusal } from "./io.ts";

type Ask = NonNullable<Io["ask"]>;

export interface InitOptions {
  readonly provider?: StarterProviderName;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly keyEnv?: string;
  readonly receiver?: StarterReceiverName | "none";
}

/** Asks for what no option gave. Every question can be answered with Enter. */
export async function askForStarter(ask: Ask, options: InitOptions): Promise<StarterChoices> {
  const provider =
    options.provider ?? (await choose(ask, "What do you want to watch?", titlesOf(starterProviders), "cometapi"));
  const usual: StarterProvider = starterProviders[provider];
  const baseUrl = options.baseUrl ?? (usual.isYours && (await text(ask, "Its address", usual.baseUrl)));
  const model = options.model ?? (await text(ask, "The model", usual.model));
  const keyEnv = options.keyEnv ?? (provider === "other" ? await text(ask, keyQuestion, usual.keyEnv) : undefined);
  const receiver =
    options.receiver ?? (await choose(ask, "Where do alerts go?", { none: "nowhere yet", ...receivers }, "none"));
  return { provider, baseUrl, model, keyEnv, receiver: receiver === "none" ? undefined : receiver };
}

const keyQuestion = "The environment variable that holds its key";
const receivers = titlesOf(starterReceivers);

function titlesOf<Name extends string>(
  table: Readonly<Record<Name, { readonly title: string }>>,
): Readonly<Record<Name, string>> {
  const titles = Object.entries<{ readonly title: string }>(table).map(([name, { title }]) => [name, title]);
  return Object.fromEntries(titles) as Readonly<Record<Name, string>>;
}

async function text(ask: Ask, question: string, usual: string | undefined): Promise<string | undefined> {
  const answer = await answerOf(ask, `${question} [${usual ?? ""}]: `);
  return answer === "" ? usual : answer;
}

/** A number, a name or a title; asked again until it is one. */
async function choose<Name extends string>(
  ask: Ask,
  question: string,
  titles: Readonly<Record<Name, string>>,
  usual: Name,
): Promise<Name> {
  const names = Object.keys(titles) as Name[];
  const list = names.map((name, at) => `  ${at + 1}  ${titles[name]}\n`).join("");
  const first = names.indexOf(usual) + 1;
  for (let words = `${question}\n${list}`; ; words = `A number from 1 to ${names.length}, please. `) {
    const answer = (await answerOf(ask, `${words}[${first}]: `)).toLowerCase();
    const found =
      answer === ""
        ? usual
        : names.find((name, at) => [String(at + 1), name, titles[name]].some((word) => word.toLowerCase() === answer));
    if (found !== undefined) return found;
  }
}

async function answerOf(ask: Ask, question: string): Promise<string> {
  const answer = await ask(question);
  if (answer === undefined) throw new Refusal("nothing was written", exitCodes.usage);
  return answer.trim();
}
