// One page of records: what the rule reads of each, and its own members. Arrow keys move, Enter explains a record.
import { useRef } from "preact/hooks";
import { chosen, choose } from "../explain/explained";
import { Badge } from "../explain/explain";
import { Sentence } from "../sentence";
import { data } from "../state";
import type { Row } from "./answers";
import { next, number, outcome, page, previous, search } from "./counting";
import { count } from "./data";
import { Exact, shown } from "./exact";

/** Own members beyond these are seen in the explanation of a record. */
const MOST = 12;

export function Search() {
  const timer = useRef(0);
  const later = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => (search.value = text.trim()), 250);
  };
  return (
    <input
      type="search"
      class="find"
      aria-label="Search for a customer or a bill"
      placeholder="Search a customer or bill"
      value={search.value}
      onInput={event => later(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === "Enter") search.value = event.currentTarget.value.trim();
      }}
    />
  );
}

export function Table() {
  const made = page.value;
  const body = useRef<HTMLTableSectionElement>(null);
  if (!made) return null;
  if (!made.rows.length) return <p class="panel nothing">{nothing()}</p>;
  const own = made.own;
  const listed = own.slice(0, MOST);
  const hasOutcomes = made.rows.some(row => row.outcome !== null);
  return (
    <div class="panel list">
      <div class="scroll" tabIndex={0} role="region" aria-label="Records">
        <table onKeyDown={event => void keys(event, body.current)}>
          <thead>
            <tr>
              <th scope="col">Record</th>
              {hasOutcomes && <th scope="col">Outcome</th>}
              {made.columns.map(name => (
                <th key={name} scope="col" class={made.rows.some(row => isNumber(row.values[name])) ? "read number" : "read"} title="The rule reads this">
                  {name}
                </th>
              ))}
              {listed.map(name => (
                <th key={name} scope="col" class={made.rows.some(row => isNumber(row.own[name])) ? "number" : ""}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {made.rows.map((row, at) => (
              <Line key={row.number} row={row} first={at === 0} columns={made.columns} own={listed} />
            ))}
          </tbody>
        </table>
      </div>
      <Pages />
      {own.length > MOST && <p class="small">{own.length - MOST} more members are shown when a record is explained.</p>}
    </div>
  );
}

function nothing(): string {
  if (search.value) return `No record with “${search.value}”${outcome.value ? ` whose outcome is ${outcome.value}` : ""}.`;
  return outcome.value ? `No record whose outcome is ${outcome.value}.` : "No records.";
}

function Line({ row, first, columns, own }: { row: Row; first: boolean; columns: string[]; own: string[] }) {
  const now = chosen.value;
  const here = now !== null && "number" in now && now.number === row.number;
  const explain = (): void => {
    if (!row.outcome) return; // there is no rule yet
    const id = data.peek()?.id;
    if (id) choose({ data: id, number: row.number, place: row.place });
  };
  return (
    <tr class={here ? "here" : ""} onClick={explain}>
      <th scope="row">
        <button
          id={`record-${row.number}`}
          class="link"
          tabIndex={first ? 0 : -1}
          aria-pressed={here}
          aria-label={`Explain record ${row.place}`}
          onClick={event => {
            event.stopPropagation();
            explain();
          }}
        >
          {row.place}
        </button>
      </th>
      {row.outcome && (
        <td>
          <Badge outcome={row.outcome} />
        </td>
      )}
      {row.error !== null ? (
        <td class="problem" colSpan={columns.length || 1}>
          <Sentence text={row.error} />
        </td>
      ) : (
        columns.map(name => <Cell key={name} value={row.values[name]} read />)
      )}
      {own.map(name => (
        <Cell key={name} value={row.own[name]} />
      ))}
    </tr>
  );
}

function Cell({ value, read }: { value: unknown; read?: boolean }) {
  if (value === null || value === undefined) return <td class="absent">{read ? "null" : ""}</td>;
  return <td class={isNumber(value) ? "number" : ""}>{typeof value === "string" ? <Text value={value} /> : shown(value)}</td>;
}

/** A text whose blanks at the ends are seen: `Gold ` is not `Gold`. */
function Text({ value }: { value: string }) {
  const [, before = "", inner = "", after = ""] = /^(\s*)(.*?)(\s*)$/su.exec(value) ?? [];
  const blank = (text: string) => text && <span class="blank" title={text.length === 1 ? "a blank" : `${text.length} blanks`}>{text}</span>;
  return (
    <>
      {blank(before)}
      {inner}
      {blank(after)}
    </>
  );
}

const isNumber = (value: unknown): boolean => typeof value === "number" || value instanceof Exact;

/** Roving focus: one record is in the order of Tab, arrows move among them. */
async function keys(event: KeyboardEvent, body: HTMLElement | null): Promise<void> {
  const all = [...(body?.querySelectorAll<HTMLElement>("th button") ?? [])];
  const at = all.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  const turn = { PageDown: page.peek()?.next != null && next, PageUp: number.peek() > 1 && previous }[event.key];
  if (to === undefined && !turn) return;
  event.preventDefault();
  if (turn) {
    await turn();
    requestAnimationFrame(() => body?.querySelector<HTMLElement>("th button")?.focus());
    return;
  }
  const button = all[to ?? at];
  if (!button) return;
  all.forEach(one => (one.tabIndex = -1));
  button.tabIndex = 0;
  button.focus();
}

function Pages() {
  const more = page.value?.next != null;
  const at = number.value;
  if (at === 1 && !more) return null;
  return (
    <nav class="bar pages" aria-label="Pages of records">
      <button disabled={at === 1} onClick={() => void previous()}>
        ← Previous
      </button>
      <span class="small" role="status">
        Page {at} · {count(page.value?.total ?? 0)} {page.value?.total === 1 ? "record" : "records"}
      </span>
      <button disabled={!more} onClick={() => void next()}>
        Next →
      </button>
    </nav>
  );
}
