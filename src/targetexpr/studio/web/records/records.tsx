// The records page: data, its columns, counts as filters, the records themselves, and why the rule rejects them.
import { useEffect } from "preact/hooks";
import { Explain } from "../explain/explain";
import { Sentence } from "../sentence";
import { data, errors } from "../state";
import { ask, counts, lacks, state, trouble } from "./counting";
import { Counts } from "./counts";
import { columns, progress, reread } from "./data";
import { Export } from "./export";
import { Mapping } from "./mapping";
import { Open } from "./open";
import { Problems } from "./problems";
import { Search, Table } from "./table";
import { Trouble } from "./trouble";
import { WhyNot } from "./why_not";

export function Records() {
  const ready = data.value?.state === "ready";
  return (
    <div class="records" data-data={data.value?.id} data-state={state.value}>
      <Open />
      {ready && (
        <>
          <Mapping />
          <Problems />
          {counts.value ? (
            <div class={state.value === "current" ? "" : "is-stale"} aria-busy={state.value === "counting"}>
              <div class="bar filters">
                <Counts />
                <Search />
                <Export />
              </div>
            </div>
          ) : (
            <Waiting />
          )}
          <Counting />
          <Lacks />
          {counts.value && errors.value > 0 && <p class="small">The counts are of the rule before it had errors.</p>}
          {ask.value ? <Ask about={ask.value} /> : <Trouble text={trouble.value} />}
        </>
      )}
      <div class="split">
        {ready && <Table />}
        <Explain />
        {ready && counts.value && <WhyNot />}
      </div>
    </div>
  );
}

/** How far a count is that takes longer than a moment. */
function Counting() {
  const isCounting = state.value === "counting";
  const id = data.value?.id;
  useEffect(() => {
    if (!isCounting || !id) return;
    const timer = setInterval(() => void progress(id), 400);
    return () => clearInterval(timer);
  }, [isCounting, id]);
  const at = data.value?.counting;
  if (!isCounting || !at?.total) return null;
  return (
    <label class="progress">
      <span>Counting</span> <progress max={at.total} value={at.done} />
    </label>
  );
}

/** What the rule reads and no column holds. */
function Lacks() {
  if (!lacks.value.length) return null;
  return (
    <p class="hint-line">
      No column holds {lacks.value.map((one, at) => [at > 0 && ", ", <code key={one}>{one}</code>])}; read as null.
    </p>
  );
}

const READINGS = {
  decimal: { what: "What is a comma or a point in the numbers of this table?", ways: { point: "1,200.50", comma: "1.200,50" } },
  dates: { what: "What comes first in the dates of this table?", ways: { "day-first": "the day: 31.01.2024", "month-first": "the month: 01/31/2024" } },
} as const;

/** A table that can be read in two ways is not guessed at. */
function Ask({ about }: { about: "decimal" | "dates" }) {
  const { what, ways } = READINGS[about];
  return (
    <div class="ask" role="alert">
      <p>
        <b>{what}</b> <span class="small"><Sentence text={trouble.value} /></span>
      </p>
      {Object.entries(ways).map(([way, example]) => (
        <button key={way} onClick={() => void reread({ read: { ...columns.peek()?.read, [about]: way } })}>
          {example}
        </button>
      ))}
    </div>
  );
}

function Waiting() {
  if (state.value !== "current") return null;
  return <p class="small">Write a rule above to see for how many of these records it holds.</p>;
}
