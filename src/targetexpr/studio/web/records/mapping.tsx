// What each column of a table is in a record: the proposals, samples, and a choice that is remembered by heading.
import { useId } from "preact/hooks";
import type { Column } from "./answers";
import { Sentence } from "../sentence";
import { data, work } from "../state";
import { columns, remap, remembered } from "./data";
import { shown } from "./exact";

export function Mapping() {
  const all = columns.value?.columns ?? [];
  if (!all.length) return null;
  const proposed = all.filter(one => one.path === null && one.proposals[0] && !(one.heading in (work.value.mapping ?? {})));
  const used = all.filter(one => one.path !== null).length;
  return (
    <details class="panel mapping" key={data.value?.id} open={used === 0 || proposed.length > 0}>
      <summary>
        Columns: {used} of {all.length} used
        {remembered.value.size > 0 && <span class="small"> · {remembered.value.size} as you chose before</span>}
      </summary>
      {proposed.length > 0 && (
        <p class="bar">
          <button class="primary" onClick={() => void remap(Object.fromEntries(proposed.map(one => [one.heading, one.proposals[0] ?? null])))}>
            Use {proposed.length === 1 ? "the proposal" : `all ${proposed.length} proposals`}
          </button>
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Columns">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">In the record</th>
              <th scope="col">Values</th>
            </tr>
          </thead>
          <tbody>
            {all.map(one => (
              <Line key={one.heading} column={one} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Line({ column }: { column: Column }) {
  const list = useId();
  const { heading, path, proposals, samples } = column;
  const choose = (text: string): void => {
    const wanted = text.trim() || null;
    if (wanted !== path) void remap({ [heading]: wanted });
  };
  return (
    <tr>
      <th scope="row">
        {heading} {column.kind && <span class="small">{column.kind}</span>}
      </th>
      <td>
       <span>
        <input
          aria-label={`${heading} in the record`}
          list={list}
          value={path ?? ""}
          placeholder="not used"
          spellcheck={false}
          onChange={event => choose(event.currentTarget.value)}
        />
        <datalist id={list}>
          {proposals.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
        {path === null && proposals[0] && (
          <button onClick={() => choose(proposals[0] ?? "")}>Use {proposals[0]}</button>
        )}
        {path !== null && (
          <button class="quiet" aria-label={`Do not use ${heading}`} onClick={() => choose("")}>
            ✕
          </button>
        )}
        <span class="small">{remembered.value.has(heading) ? "as you chose before" : <Sentence text={column.reason ?? ""} />}</span>
       </span>
      </td>
      <td class="samples">{samples.slice(0, 3).map(one => (typeof one === "string" ? one : shown(one, 30))).join(" · ")}</td>
    </tr>
  );
}
