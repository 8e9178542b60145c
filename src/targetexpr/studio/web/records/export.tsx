// The records that are shown, with their outcomes, as one file.
import { signal } from "@preact/signals";
import { download } from "../api";
import { said, session, tell } from "../state";
import { outcome, question, search } from "./counting";

const FORMATS = { csv: "CSV", xlsx: "Excel", parquet: "Parquet", jsonl: "JSON Lines" };
const format = signal<keyof typeof FORMATS>("csv");
const busy = signal(false);

export function Export() {
  const tables = session.value?.tables ?? true;
  const formats = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).filter(one => tables || one === "csv" || one === "jsonl");
  return (
    <span class="export">
      <select aria-label="Format of the export" value={format.value} onChange={event => (format.value = event.currentTarget.value as keyof typeof FORMATS)}>
        {formats.map(one => (
          <option key={one} value={one}>
            {FORMATS[one]}
          </option>
        ))}
      </select>
      <button disabled={busy.value || question.value.rule === null} onClick={() => void write()}>
        {busy.value ? "Exporting…" : `Export ${outcome.value ?? "all"}`}
      </button>
    </span>
  );
}

async function write(): Promise<void> {
  const { data, rule, event } = question.peek();
  busy.value = true;
  try {
    await download("/api/export", { data, rule, event, outcome: outcome.peek(), search: search.peek(), format: format.peek() });
  } catch (error) {
    tell(said(error), { isError: true });
  } finally {
    busy.value = false;
  }
}
