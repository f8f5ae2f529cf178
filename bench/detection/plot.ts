/** Table M of the Markdown as a picture: how long each rule takes to find a move, at the same rate of false pages. */
export function plotOf(markdown: string, scenario: string): string | undefined {
  const section = markdown.split("\n## ").find((part) => part.startsWith("M: ") || part.startsWith("## M: "));
  const rows = (section ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").slice(1, -1));
  const [head = [], , ...body] = rows;
  const columns = head.flatMap((name, index) => (name.trim().startsWith(`${scenario} `) ? [index] : []));
  if (columns.length === 0) return undefined;
  const names = columns.map((index) => (head[index] ?? "").trim().slice(scenario.length + 1));
  const lines = body.map((cells) => ({
    rule: (cells[0] ?? "").trim(),
    minutes: columns.map((index) => minutesIn(cells[index] ?? "")),
  }));
  return draw(names, lines, scenario);
}

const longest = 14 * 1440;

/** The median; what took longer than was looked for lies at the upper edge. */
function minutesIn(cell: string): number {
  const median = cell.split("/")[0]?.trim() ?? "";
  return median.startsWith(">") ? longest : Number(median);
}

const size = { width: 760, height: 420, left: 70, right: 230, top: 40, bottom: 40 };
const colours = ["#8a8f98", "#c2a24a", "#5b8db8", "#b0645c", "#1a7f4b"];
const ticks = [5, 10, 30, 60, 180, 720, 1440, 1440 * 7, longest];

interface Line {
  readonly rule: string;
  readonly minutes: readonly number[];
}

function draw(names: readonly string[], lines: readonly Line[], scenario: string): string {
  const { width, height, left, right, top, bottom } = size;
  const x = (index: number): number => left + (index * (width - left - right)) / Math.max(1, names.length - 1);
  const share = (minutes: number): number => Math.log(Math.max(5, minutes) / 5) / Math.log(longest / 5);
  const y = (minutes: number): number => height - bottom - share(minutes) * (height - top - bottom);
  const at = (value: number): string => value.toFixed(1);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}" stroke="#e3e5e8"/>` +
      `<text x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${say(tick)}</text>`,
  );
  const labels = names.map(
    (name, index) => `<text x="${at(x(index))}" y="${height - bottom + 20}" text-anchor="middle">${name}</text>`,
  );
  const curves = lines.map(({ rule, minutes }, index) => {
    const colour = colours[index % colours.length];
    const points = minutes.map((value, place) => `${at(x(place))},${at(y(value))}`).join(" ");
    const row = top + 20 + index * 20;
    const key = `<text x="${width - right + 40}" y="${row + 4}">${rule.replaceAll(">", "&gt;")}</text>`;
    const mark = `<line x1="${width - right + 15}" x2="${width - right + 35}" y1="${row}" y2="${row}" stroke="${colour}" stroke-width="3"/>`;
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5"/>${mark}${key}`;
  });
  const title = `Median time to find a slower reply, one false page per 180 days each (scenario “${scenario}”)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/><text x="${left}" y="22" font-size="14">${title}</text>`,
    ...grid,
    ...labels,
    ...curves,
    "</svg>\n",
  ].join("\n");
}

function say(minutes: number): string {
  if (minutes >= longest) return "14 d or never";
  if (minutes >= 1440) return `${minutes / 1440} d`;
  return minutes >= 60 ? `${minutes / 60} h` : `${minutes} min`;
}
