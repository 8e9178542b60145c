// The whole schema in sections, with search; a click inserts at the cursor of the rule.
import { signal } from "@preact/signals";
import { insert } from "../editor";
import { Icon } from "../icons";
import { type Entry, find, sections } from "./catalogue";

const query = signal("");

function EntryButton({ entry: { name, type, doc, label, insert: text } }: { entry: Entry }) {
  return (
    <li>
      <button type="button" class="entry" title={`${label || name}\n${doc}`} onClick={() => insert(text)}>
        <span class="mono">{name}</span>
        <span class="of-type">{type}</span>
        <span class="entry-doc">{doc}</span>
      </button>
    </li>
  );
}

/** The arrow keys go from entry to entry; the search is above the first. */
function walk(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!by) return;
  const panel = event.currentTarget as HTMLElement;
  const all = [...panel.querySelectorAll<HTMLElement>("input, summary, details[open] .entry")];
  const next = all[all.indexOf(document.activeElement as HTMLElement) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function Palette() {
  const found = find(query.value);
  const isSearch = query.value.trim() !== "";
  return (
    <section class="panel palette" aria-label="Palette" onKeyDown={walk}>
      <div class="bar">
        <h2>Attributes and methods</h2>
        <label class="palette-search">
          <Icon name="search" />
          <input type="search" aria-label="Search attributes and methods" placeholder="Search by name or meaning" value={query.value} onInput={({ currentTarget }) => (query.value = currentTarget.value)} />
        </label>
      </div>
      <div class="palette-list">
        {found.map(({ name, doc, entries }, at) => (
          <details key={name} open={isSearch || at === 0}>
            <summary title={doc}><span class="mono">{name}</span> <span class="entry-count">{entries.length}</span></summary>
            <ul>{entries.map(entry => <EntryButton key={entry.path} entry={entry} />)}</ul>
          </details>
        ))}
        {!found.length && <p class="empty">{sections.value.length ? "No match." : "Reading the schema…"}</p>}
      </div>
    </section>
  );
}
