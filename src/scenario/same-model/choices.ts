/** Something that models choose at random, in one language. Their answers are heavily biased, and differ by model. */
export interface Choice {
  /** `animal/en` */
  readonly cell: string;
  /** `random animal (en)` */
  readonly label: string;
  readonly phrasings: readonly string[];
  /** The only answers that are ever stored by name. */
  readonly answers: readonly string[];
}

const phrasings = {
  en: [
    "Name one {x} at random. Answer with one word.",
    "Pick any {x}. Reply with it and nothing else.",
    "Give me one {x} at random, without explanation.",
    "Choose one {x}. Write only your choice.",
  ],
  de: [
    "Nenne eine zufällige {x}. Antworte mit einem Wort.",
    "Wähle irgendeine {x}. Schreibe nur deine Wahl.",
    "Gib mir eine zufällige {x}, ohne Erklärung.",
  ],
  es: [
    "Di un {x} al azar. Responde con una palabra.",
    "Elige un {x}. Escribe solo tu elección.",
    "Dame un {x} al azar, sin explicación.",
  ],
  fr: [
    "Cite au hasard : {x}. Réponds par un seul mot.",
    "Choisis : {x}. Écris seulement ton choix.",
    "Donne-moi au hasard, sans explication : {x}.",
  ],
  zh: ["随机说一个{x}，只回答一个词。", "任选一个{x}，只写答案。", "给我一个随机的{x}，不要解释。"],
} as const;

const words = (text: string): readonly string[] => text.split(" ");
const numbers = Array.from({ length: 100 }, (_, index) => String(index + 1));
const letters = words("a b c d e f g h i j k l m n o p q r s t u v w x y z");
const cities = words(
  "paris london tokyo kyoto lisbon berlin rome madrid barcelona vienna prague budapest amsterdam istanbul cairo sydney melbourne toronto vancouver chicago seattle boston austin denver mumbai delhi seoul osaka bangkok singapore dubai nairobi lima bogotá santiago oslo stockholm copenhagen helsinki dublin edinburgh athens zurich geneva lyon marseille bordeaux nantes lille strasbourg montréal bruxelles rome venise florence",
);

const asked: readonly (readonly [
  thing: string,
  keyof typeof phrasings,
  wording: string,
  answers: readonly string[],
])[] = [
  ["number", "en", "number from 1 to 100", numbers],
  ["number", "de", "Zahl von 1 bis 100", numbers],
  ["number", "es", "número del 1 al 100", numbers],
  ["number", "zh", "1到100之间的数字", numbers],
  [
    "color",
    "en",
    "color",
    words(
      "red blue green yellow orange purple teal pink black white brown gray turquoise magenta cyan indigo violet crimson lavender maroon navy gold silver coral beige",
    ),
  ],
  [
    "color",
    "de",
    "Farbe",
    words("rot blau grün gelb orange lila türkis rosa schwarz weiß braun grau violett magenta gold silber"),
  ],
  [
    "color",
    "es",
    "color",
    words("rojo azul verde amarillo naranja morado turquesa rosa negro blanco marrón gris violeta magenta celeste"),
  ],
  [
    "animal",
    "en",
    "animal",
    words(
      "otter fox elephant lion tiger bear wolf cat dog horse penguin dolphin whale octopus owl eagle giraffe zebra kangaroo koala panda sloth rabbit squirrel deer monkey turtle frog snake shark axolotl platypus capybara leopard cheetah hedgehog raccoon badger lynx",
    ),
  ],
  [
    "animal",
    "fr",
    "un animal",
    words(
      "chat chien lion tigre éléphant renard loup ours cheval girafe zèbre dauphin baleine hibou aigle pingouin panda lapin écureuil cerf singe tortue grenouille serpent requin loutre koala kangourou",
    ),
  ],
  ["city", "en", "city", cities],
  ["city", "fr", "une ville", cities],
  ["letter", "en", "letter of the alphabet", letters],
];

export const choices: readonly Choice[] = asked.map(([thing, language, wording, answers]) => ({
  cell: `${thing}/${language}`,
  label: `random ${thing} (${language})`,
  phrasings: phrasings[language].map((phrasing) => phrasing.replace("{x}", wording)),
  answers,
}));

/** Asked twice with the same words: two equal answers are rare, unless somebody replays the first. */
export const repeated: readonly string[] = [
  ...phrasings.en.map((phrasing) => phrasing.replace("{x}", "number from 1 to 1000")),
  ...phrasings.es.map((phrasing) => phrasing.replace("{x}", "número del 1 al 1000")),
  ...phrasings.zh.map((phrasing) => phrasing.replace("{x}", "1到1000之间的数字")),
];

export const upToThousand: readonly string[] = Array.from({ length: 1000 }, (_, index) => String(index + 1));

const inputAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789#%&*+-/:;=?";

/** A very short text, the same for the same number: what only its number is stored of. */
export function shortInput(drawn: number): string {
  let rest = drawn;
  let text = "";
  for (let place = 0; place < 2 + (drawn % 3); place += 1) {
    text += inputAlphabet[rest % inputAlphabet.length] ?? "";
    rest = Math.floor(rest / inputAlphabet.length);
  }
  return text;
}

/** A prompt of one letter. */
export function oneLetter(drawn: number): string {
  return letters[drawn % letters.length] ?? "x";
}

/** Numbers that `shortInput` tells apart. */
export const mostDrawn = 2 ** 31;
