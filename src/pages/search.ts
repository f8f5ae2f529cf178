import { type Html, html } from "./html.ts";

/** Finds probes by words on the page at `action`. */
export function searchForm(action: string, search: string): Html {
  return html`<form method="get" action="${action}" class="search" role="search">
    <div>
      <label for="search" class="sr">Search probes</label
      ><input
        type="search"
        id="search"
        name="search"
        value="${search}"
        placeholder="target, scenario …"
        maxlength="200"
      />
    </div>
    <button class="quiet">Search</button>
  </form>`;
}
