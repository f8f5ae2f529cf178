import { stringify } from "yaml";
import { type FieldNode, isSection, membersOf, typeWords } from "./config-nodes.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";

/** What fields of the configuration are made of, each with a title: texts of a form, and maps that several fields share. */
export interface SharedTypes {
  readonly texts: readonly FieldNode[];
  readonly maps: readonly FieldNode[];
}

const headings = ["field", "type", "default", "example", "meaning"];

const intro = [
  "A service has one configuration, a YAML file: `plumbline.yaml`, or the file in `--config` or `PLUMBLINE_CONFIG`. " +
    "`plumbline init` writes a first one, `plumbline validate` lists every problem in it, and editors complete it with " +
    "`config/schema.json`. `config/cometapi.yaml` is an example with comments; [recipes](../recipes.md) has one for each usual endpoint.",
  "Fields without *required* are optional; *default* shows their value. An unknown field is an error. " +
    "`<name>` is a name that you choose, `[]` is each entry of a list.",
];

/** The page about the configuration: a section for every map, a row for every field. */
export function configPage(schema: FieldNode, { texts, maps }: SharedTypes): string {
  const sections: string[] = [];
  const describe = (path: string, node: FieldNode, words: string): void => {
    const inner: [path: string, node: FieldNode, words: string][] = [];
    const rows = rowsOf(node, path, "", (place, member, meaning) => {
      inner.push([place, member, meaning]);
    });
    const heading = path === "" ? "Top level" : code(path);
    sections.push(`## ${heading}\n\n${words === "" ? "" : `${sentence(words)}\n\n`}${table(headings, rows)}`);
    for (const [place, member, meaning] of inner) describe(place, member, meaning);
  };
  describe("", schema, "");
  for (const shared of maps) describe(shared.title ?? "", { ...shared, title: "" }, shared.description ?? "");
  const page = [titled("The configuration", "`src/config/`", ...intro), typeSection(texts), ...sections].join("\n");
  refuseDeadLinks(page);
  return page;
}

function typeSection(types: readonly FieldNode[]): string {
  const rows = types.map(({ title = "", description = "", examples = [] }) => [
    `<a id="${anchor(title)}"></a>${title}`,
    sentence(description),
    examples.map(yaml).join(", "),
  ]);
  return `## Types\n\n${table(["type", "format", "example"], rows)}`;
}

type OnSection = (path: string, node: FieldNode, meaning: string) => void;

function rowsOf(node: FieldNode, path: string, prefix: string, onSection: OnSection): string[][] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const { members, place } = membersOf(field);
    const here = `${prefix}${name}`;
    const full = path === "" ? here : `${path}.${here}`;
    const meaning = meaningOf(field, full);
    const isApart = members !== undefined && isSection(members, place);
    const shared = field.title !== undefined && members !== undefined ? field.title : undefined;
    if (isApart && shared === undefined) onSection(`${full}${place}`, members, meaning);
    const type = isApart ? sectionWords(field, place, shared ?? `${full}${place}`) : typeWords(field) || "map";
    const isRequired = node.required?.includes(name) ?? false;
    const row = [code(here), type, isRequired ? "*required*" : defaultOf(field), exampleOf(field), sentence(meaning)];
    const inPlace = members === undefined || isApart ? [] : rowsOf(members, path, `${here}${place}.`, onSection);
    return [row, ...inPlace];
  });
}

function sectionWords(field: FieldNode, place: string, heading: string): string {
  const link = `[${code(heading)}](#${anchor(heading)})`;
  const what = place === "[]" ? `list of ${link}` : place === "" ? link : `map of ${link}`;
  const others = field.anyOf === undefined ? "" : typeWords(field);
  return others === "" ? what : `${what}, or ${others}`;
}

/** What has no words in the schema would be a row that says nothing. */
function meaningOf({ description }: FieldNode, path: string): string {
  if (description === undefined) throw new Error(`${path} has no description: give it one in src/config/`);
  return description;
}

function defaultOf({ default: value }: FieldNode): string {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value === undefined || isEmpty ? "" : yaml(value);
}

/** A default shows the form as well, and of closed lists the type says all there is. */
function exampleOf(field: FieldNode): string {
  if (defaultOf(field) !== "") return "";
  const [example] = field.examples ?? field.anyOf?.[0]?.examples ?? [];
  return example === undefined ? "" : yaml(example);
}

/** One line of YAML, as it would stand behind the field's name. */
function yaml(value: unknown): string {
  return code(stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trim());
}

/** A type with a title has its row or section. */
function refuseDeadLinks(page: string): void {
  const places = new Set([
    ...[...page.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => anchor(heading)),
    ...[...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id),
  ]);
  for (const [, id = ""] of page.matchAll(/\]\(#([^)]+)\)/g)) {
    if (!places.has(id)) throw new Error(`the type ${id} has no section: name it in scripts/reference/pages.ts`);
  }
}
