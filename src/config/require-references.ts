import { requireNames, shown, type Complaint } from "./complaint.ts";
import { ownMember } from "./own-member.ts";

type Path = readonly PropertyKey[];

/**
 * Names that the file uses and nowhere defines. Reads the file as it was written, so that no other mistake hides one.
 * `isValid`: nothing else is wrong with it. If something is, a section that is missing may just be misspelt.
 */
export function requireReferences(root: unknown, scenarios: readonly string[], isValid: boolean): Complaint[] {
  const complaints: Complaint[] = [];
  const at = (path: Path): unknown => path.reduce<unknown>(ownMember, root);
  const defined = (section: string): readonly string[] | undefined => {
    const names = at([section]);
    if (names === undefined && isValid) return [];
    return typeof names === "object" && names !== null && !Array.isArray(names) ? Object.keys(names) : undefined;
  };
  const require = (known: readonly string[] | undefined, expected: string, path: Path, key: string): void => {
    if (known === undefined) return;
    const given = ownMember(at(path), key);
    const words = (Array.isArray(given) ? given : [given]).filter((word) => typeof word === "string");
    requireNames(words, known, { path, key, expected }, complaints);
  };
  const requireReference = (target: string, index: number): void => {
    if (ownMember(at(["targets", target]), "sameAs") !== undefined) return;
    complaints.push({
      path: ["probes", index],
      key: "scenario",
      expected: `a target with sameAs for the scenario ${comparing}`,
      got: `${shown(target)}, which has none`,
      hint: `set targets.${target}.sameAs to a target whose answers you trust`,
    });
  };
  const targets = defined("targets");
  const receivers = defined("receivers");
  const own = ownMember(root, "scenarios") === undefined ? [] : defined("scenarios");

  for (const name of targets ?? []) {
    for (const [path, key] of [
      [["targets", name], "sameAs"],
      [["targets", name, "audit", "fallback"], "target"],
    ] as const) {
      if (ownMember(at(path), key) === undefined) continue;
      const others = targets?.filter((other) => other !== name);
      require(others, "the name of another target", path, key);
    }
  }
  const seen = new Set<unknown>();
  for (const [index, probe] of listed(at(["probes"]))) {
    require(targets, "the name of a target", ["probes", index], "target");
    require(own && [...scenarios, ...own], "the name of a scenario", ["probes", index], "scenario");
    require(receivers, "the name of a receiver", ["probes", index], "receivers");
    const target = ownMember(probe, "target");
    if (ownMember(probe, "scenario") === comparing && typeof target === "string" && targets?.includes(target) === true)
      requireReference(target, index);
    const name = ownMember(probe, "name");
    if (typeof name === "string" && seen.has(name)) {
      const path = ["probes", index, "name"];
      const got = `${shown(name)} again`;
      complaints.push({ path, expected: "a unique name for each probe", got, hint: "rename one of them" });
    }
    seen.add(name);
  }
  for (const [index] of listed(at(["routes"]))) {
    require(receivers, "names of receivers", ["routes", index], "receivers");
    require(receivers, "names of receivers", ["routes", index, "escalate"], "receivers");
  }
  require(receivers, "names of receivers", ["digest"], "receivers");
  require(receivers, "names of receivers", ["receiverTests"], "receivers");
  for (const page of defined("statusPages") ?? []) {
    const path = ["statusPages", page, "targets"];
    const shown = Object.keys(at(path) ?? {});
    if (targets !== undefined) {
      requireNames(shown, targets, { path, key: "target", expected: "the name of a target" }, complaints);
    }
  }
  return complaints;
}

/** The built-in scenario that asks two targets. */
const comparing = "same-as";

function listed(value: unknown): readonly (readonly [number, unknown])[] {
  return Array.isArray(value) ? [...value.entries()] : [];
}
