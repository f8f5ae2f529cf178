/** The command as this person has to type it: npm sets variables that show how it started the program. */
export function typedCommand(env: Readonly<Record<string, string | undefined>>): string {
  const how = env["npm_command"];
  const isScript = how === "run" || how === "run-script";
  if (isScript && env["npm_lifecycle_event"] === "plumbline") return "npm run -s plumbline --";
  return how === "exec" || isScript ? "npx plumbline" : "plumbline";
}
