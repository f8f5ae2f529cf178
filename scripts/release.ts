import { readFileSync, writeFileSync } from "node:fs";

/**
 * Prepares a release: `npm run release -- 0.2.0`. Writes the version to every file that has one and closes the part
 * "Unreleased" of the changelog. Sends nothing: the tag, pushed by a person, starts the release workflow.
 */

/** Each file with the version, and where the version is in it. */
export const versioned: Readonly<Record<string, RegExp>> = {
  "package.json": /^( {2}"version": ")[^"]+(",)$/m,
  "package-lock.json": /("name": "plumbline",\n\s+"version": ")[^"]+(")/g,
  "helm/Chart.yaml": /^(appVersion: ")[^"]+(")$/m,
  Dockerfile: /^(ARG VERSION=)\S+()$/m,
};

/** The text of a file with this version; throws where the file has no place for one. */
export function withVersion(file: string, text: string, version: string): string {
  const place = versioned[file];
  if (place === undefined || text.search(place) < 0) throw new Error(`${file} has no version`);
  return text.replace(place, (_all, before: string, after: string) => before + version + after);
}

/** The changelog with a heading for the version; throws if nothing has changed since the last one. */
export function closedChangelog(text: string, version: string, day: string): string {
  const [, changes = ""] = /^## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text) ?? [];
  if (!/^- /m.test(changes)) throw new Error('CHANGELOG.md lists no change under "Unreleased"');
  return text.replace(/^## Unreleased\n/m, `## Unreleased\n\n## ${version} - ${day}\n`);
}

function release(version: string): void {
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) throw new Error("name the version: npm run release -- 0.2.0");
  const day = new Date().toISOString().slice(0, 10);
  const texts = Object.keys(versioned).map(
    (file) => [file, withVersion(file, readFileSync(file, "utf8"), version)] as const,
  );
  const changelog = closedChangelog(readFileSync("CHANGELOG.md", "utf8"), version, day);
  for (const [file, text] of [...texts, ["CHANGELOG.md", changelog] as const]) writeFileSync(file, text);
  process.stdout.write(
    `wrote version ${version}. Check it, then:\n  npx vitest run test/helm/snapshots.test.ts -u\n` +
      `  git commit --all --message "release: ${version}"\n  git tag v${version} && git push origin v${version}\n`,
  );
}

if (import.meta.main) release(process.argv[2] ?? "");
