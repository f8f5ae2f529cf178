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
  drawLocalAxes(next);
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

const numbersOf = (svg) => ["from", "to", "left", "width", "step"].map((name) => Number(svg.dataset[name]));

/**
 * The axis of time in the zone of the browser: a tick wherever its clock enters the next step, so that a day of 23 or 25
 * hours is as long as it was.
 */
function drawLocalAxes(root) {
  for (const svg of root.querySelectorAll("svg[data-step]")) {
    const [from, to, left, width, step] = numbersOf(svg);
    const [model] = svg.querySelectorAll(".ticks text");
    if (model === undefined) continue;
    const walk = Math.min(step, 900_000);
    const ticks = [];
    let before;
    for (let at = Math.ceil(from / walk) * walk; at <= to - (to - from) * 0.03; at += walk) {
      const local = at - new Date(at).getTimezoneOffset() * 60_000;
      const entered = Math.floor(local / step);
      if (before !== undefined && entered !== before && at >= from + (to - from) * 0.02) {
        const iso = new Date(entered * step).toISOString();
        const tick = model.cloneNode();
        tick.setAttribute("x", (left + ((at - from) / (to - from)) * (width - left)).toFixed(1));
        tick.textContent = iso.slice(11, 16) === "00:00" ? iso.slice(5, 10) : iso.slice(11, 16);
        ticks.push(tick);
      }
      before = entered;
    }
    svg.querySelector(".ticks").replaceChildren(...ticks);
  }
}
drawLocalAxes(document);

/** A line that follows the pointer and says what is there; dragging zooms. */
function drawCursors() {
  for (const cursor of document.querySelectorAll(".cursor:empty")) {
    const svg = cursor.closest("svg");
    const [from, to, left, width] = numbersOf(svg);
    const [times, texts] = [cursor.dataset.at.split(" ").map(Number), cursor.dataset.text.split("|")];
    const placeOf = (event) => {
      const box = svg.getBoundingClientRect();
      return Math.min(width, Math.max(left, ((event.clientX - box.left) / box.width) * width));
    };
    const timeOf = (place) => from + ((place - left) / (width - left)) * (to - from);
    const line = document.createElementNS(svg.namespaceURI, "path");
    line.setAttribute("class", "cross");
    cursor.append(line);
    const read = document.createElement("p");
    read.className = "small soft";
    read.textContent = `Point at the chart to read it; drag to zoom. The axis shows ${zone} time.`;
    svg.closest("figure").append(read);
    let startedAt;
    svg.addEventListener("pointermove", (event) => {
      const place = placeOf(event);
      line.setAttribute("d", `M${place} 10V226`);
      const distances = times.map((time) => Math.abs(time - timeOf(place)));
      const nearest = distances.indexOf(Math.min(...distances));
      if (nearest >= 0) read.textContent = `${localTime.format(times[nearest])}: ${texts[nearest]}`;
    });
    svg.addEventListener("pointerdown", (event) => (startedAt = placeOf(event)));
    svg.addEventListener("pointerup", (event) => {
      const endedAt = placeOf(event);
      if (startedAt === undefined || Math.abs(endedAt - startedAt) < 12) return;
      const [first, last] = [startedAt, endedAt].toSorted((a, b) => a - b).map((place) => Math.round(timeOf(place)));
      location.href = `${svg.dataset.zoom}?${new URLSearchParams({ from: String(first), to: String(last) })}`;
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
