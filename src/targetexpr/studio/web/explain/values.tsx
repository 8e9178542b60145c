// The values of a record: those that the rule reads first. Each can be changed on trial, and put into the rule.
import { useState } from "preact/hooks";
import { insert } from "../editor";
import type { Explained } from "../records/answers";
import { Exact, parseExact, shown } from "../records/exact";
import { change, changes, reset } from "./explained";

interface Value {
  label: string; // steps to it in the record: "currentTxn.value"
  path: string | null; // what the rule calls it; null where it can not
  value: unknown;
}

/** All values of a record, in two lists: what the rule reads, and what else there is. */
export function Values({ made }: { made: Explained }) {
  const all = flat(made);
  const reads = new Set(made.reads.map(one => one.path));
  const known = new Map(all.map(one => [one.path, one]));
  const read = made.reads.map(({ path, value }) => known.get(path) ?? { label: path, path, value });
  const rest = all.filter(one => one.path === null || !reads.has(one.path));
  return (
    <div class="values">
      <h3>What the rule reads</h3>
      {read.length ? <List values={read} /> : <p class="small">The rule reads nothing of a record.</p>}
      {rest.length > 0 && (
        <details>
          <summary>
            {rest.length} other {rest.length === 1 ? "value" : "values"} of the record
          </summary>
          <List values={rest} />
        </details>
      )}
    </div>
  );
}

/** The record's members in their order; lists are one value, and are changed as a whole. */
function flat({ record, paths }: Explained): Value[] {
  const named = new Map(paths.map(one => [one.pointer, one.path]));
  const out: Value[] = [];
  const inside = (value: Record<string, unknown>, label: string, pointer: string) =>
    Object.entries(value)
      .map(([name, inner]): [string, string, unknown] => [label + name, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, inner])
      .reverse();
  const waiting = inside(record, "", "");
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const [label, pointer, value] = one;
    const path = named.get(pointer) ?? null;
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Exact);
    if (isObject && path === null) waiting.push(...inside(value as Record<string, unknown>, `${label}.`, pointer));
    else out.push({ label, path, value });
  }
  return out;
}

function List({ values }: { values: Value[] }) {
  return (
    <ul>
      {values.map(one => (
        <Line key={one.label} {...one} />
      ))}
    </ul>
  );
}

function Line({ label, path, value }: Value) {
  if (path === null) {
    return (
      <li>
        <span class="name">{label}</span> <span class="small">{shown(value)}</span>
      </li>
    );
  }
  const tried = path in changes.value;
  return (
    <li class={tried ? "tried" : ""}>
      <button class="link" title={`Insert ${path} in the rule`} aria-label={`Insert ${path} in the rule`} onClick={() => insert(path)}>
        {path}
      </button>
      {path.includes("(") ? <span class="small">{shown(value)}</span> : <Field path={path} value={tried ? changes.value[path] : value} />}
      {tried && (
        <button class="quiet" onClick={() => reset(path)} aria-label={`Reset ${path}`}>
          Reset
        </button>
      )}
    </li>
  );
}

/** A box for a value. What is typed keeps the kind of the value; nothing at all is null. */
function Field({ path, value }: { path: string; value: unknown }) {
  const [draft, setDraft] = useState<string | null>(null);
  const put = (text: string): void => {
    setDraft(null);
    if (text !== written(value)) change(path, read(text, value));
  };
  if (typeof value === "boolean") {
    return (
      <select aria-label={path} value={String(value)} onChange={event => change(path, JSON.parse(event.currentTarget.value))}>
        <option>true</option>
        <option>false</option>
        <option value="null">null</option>
      </select>
    );
  }
  return (
    <input
      aria-label={path}
      value={draft ?? written(value)}
      data-taken={written(value)}
      placeholder="null"
      spellcheck={false}
      onInput={event => setDraft(event.currentTarget.value)}
      onBlur={() => draft !== null && put(draft)}
      onKeyDown={event => {
        if (event.key === "Enter") put(event.currentTarget.value);
        if (event.key === "Escape" && draft !== null) {
          event.preventDefault();
          setDraft(null);
        }
      }}
    />
  );
}

function written(value: unknown): string {
  return value === null || value === undefined ? "" : typeof value === "string" ? value : shown(value, Infinity);
}

/** What was typed, as the kind of the value it replaces; where it is null, what it looks like. */
function read(text: string, old: unknown): unknown {
  if (typeof old === "string") return text;
  if (!text.trim()) return null;
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
