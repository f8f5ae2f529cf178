// What pages gain from a script: they update by themselves, have keys, and charts that answer the pointer. Without it
// everything can be read and done all the same. No library: a page asks the server for itself again and takes over the
// parts that differ, which is less code than the configuration of one.
"use strict";

const lost = document.querySelector("#lost");

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const localTime = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: zone });

/** Pages show UTC. Pointing at a time shows it in the zone of the browser as well, with its summer time. */
function nameLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const utc = time.dateTime.slice(0, 16).replace("T", " ");
    time.title = `${utc} UTC, ${localTime.format(new Date(time.dateTime))} in ${zone}`;
  }
}
nameLocalTimes(document);

/** Replaces every part with an id that differs, unless somebody is typing in it. */
async function refresh() {
  const reply = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (reply.status === 401) return location.reload();
  if (!reply.ok) throw new Error(String(reply.status));
  const next = new DOMParser().parseFromString(await reply.text(), "text/html");
  document.title = next.title;
  nameLocalTimes(next);
  for (const fresh of next.querySelectorAll("main [id]")) {
    const old = document.getElementById(fresh.id);
    if (old === null || old.closest("form, details") !== null || old.querySelector("form, details, [id] form") !== null)
      continue;
    if (old.contains(document.activeElement) && old !== document.activeElement) continue;
    if (old.outerHTML !== fresh.outerHTML && document.contains(old)) old.replaceWith(fresh);
  }
  drawCursors();
}

const quietMs = 2000;
let isDue = false;
let isBusy = false;

async function changed() {
  isDue = true;
  if (isBusy || document.hidden) return;
  isBusy = true;
  while (isDue) {
    isDue = false;
    try {
      await refresh();
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
  isBusy = false;
}

const address = document.body.dataset.live;
if (address !== undefined) {
  const listen = () => {
    const events = new EventSource(address);
    // The first one comes at once: something may have changed since the page was drawn.
    events.addEventListener("changed", () => void changed());
    events.addEventListener("open", () => {
      if (!lost.hidden) void changed();
    });
    events.addEventListener("trouble", () => (lost.hidden = false));
    events.addEventListener("error", () => {
      lost.hidden = false;
      if (events.readyState !== EventSource.CLOSED) return;
      setTimeout(listen, 3000);
    });
    addEventListener("pagehide", () => events.close(), { once: true });
  };
  listen();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && isDue) void changed();
  });
}

/** A line that follows the pointer and says what is there; dragging zooms. */
function drawCursors() {
  for (const figure of document.querySelectorAll("figure[data-from]")) {
    if (figure.dataset.ready === "yes") continue;
    figure.dataset.ready = "yes";
    const svg = figure.querySelector("svg.chart");
    const [from, to, left, width] = ["from", "to", "left", "width"].map((name) => Number(figure.dataset[name]));
    const cursor = svg.querySelector(".cursor");
    const placeOf = (event) => {
      const box = svg.getBoundingClientRect();
      return Math.min(width, Math.max(left, ((event.clientX - box.left) / box.width) * width));
    };
    const timeOf = (place) => from + ((place - left) / (width - left)) * (to - from);
    const line = document.createElementNS(svg.namespaceURI, "path");
    line.setAttribute("class", "cross");
    const read = document.createElement("p");
    read.className = "small soft";
    read.textContent = "Point at the chart to read it. Drag to zoom.";
    figure.append(read);
    let startedAt;
    svg.addEventListener("pointermove", (event) => {
      const place = placeOf(event);
      const atMs = timeOf(place);
      line.setAttribute("d", `M${place} 10V226`);
      cursor.replaceChildren(line);
      const points = [...svg.querySelectorAll("[data-at]")];
      const distance = (point) => Math.abs(Number(point.dataset.at) - atMs);
      const nearest = points.reduce(
        (best, point) => (best === undefined || distance(point) < distance(best) ? point : best),
        undefined,
      );
      if (nearest !== undefined) read.textContent = nearest.querySelector("title").textContent;
    });
    svg.addEventListener("pointerdown", (event) => (startedAt = placeOf(event)));
    svg.addEventListener("pointerup", (event) => {
      const endedAt = placeOf(event);
      if (startedAt === undefined || Math.abs(endedAt - startedAt) < 12 || figure.dataset.zoom === undefined) return;
      const [first, last] = [startedAt, endedAt].toSorted((a, b) => a - b).map((place) => Math.round(timeOf(place)));
      location.search = new URLSearchParams({ from: String(first), to: String(last) }).toString();
    });
  }
}
drawCursors();

/** Keys: / search, j and k along the list, Enter opens, ? help. */
const help = document.createElement("dialog");
help.setAttribute("aria-label", "Keys");
help.innerHTML =
  '<h2>Keys</h2><dl class="facts"><dt><kbd class="kbd">/</kbd></dt><dd>search</dd><dt><kbd class="kbd">j</kbd> <kbd class="kbd">k</kbd></dt><dd>next and previous row</dd><dt><kbd class="kbd">Enter</kbd></dt><dd>open it</dd><dt><kbd class="kbd">g</kbd></dt><dd>go to Now</dd><dt><kbd class="kbd">Esc</kbd></dt><dd>close this</dd></dl><form method="dialog"><button>Close</button></form>';
document.body.append(help);
for (const hint of document.querySelectorAll(".keys")) hint.hidden = false;

function move(step) {
  const rows = [...document.querySelectorAll("main .card, main tbody tr:not(.group)")];
  const links = rows.map((row) => row.querySelector("a")).filter((link) => link !== null);
  const at = links.indexOf(document.activeElement);
  const next = links[at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step];
  if (next === undefined) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    help.open ||
    event.target.closest("input, textarea, select") !== null
  )
    return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") help.showModal();
  else if (event.key === "g") location.href = "/";
  else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search === null) return;
    event.preventDefault();
    search.focus();
  }
});
