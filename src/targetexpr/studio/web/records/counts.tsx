// For how many records the rule holds; each count is a button that shows only those records.
import { count as written } from "./data";
import { type Outcome, OUTCOMES, SIGNS } from "./answers";
import { counts, outcome, state } from "./counting";

const MEANING: Record<Outcome, string> = {
  yes: "the rule holds",
  no: "the rule does not hold",
  null: "cannot be told: data is missing",
  error: "cannot be read or evaluated",
};

export function Counts() {
  const made = counts.value;
  if (!made) return null;
  const of = (one: Outcome): number => (one === "error" ? made.errors : made[one]);
  return (
    <div class="counts" role="group" aria-label="Records by outcome">
      <button class="tally" aria-pressed={outcome.value === null} onClick={() => (outcome.value = null)}>
        <span class="word">all</span> <b data-count="all">{written(made.records)}</b>
      </button>
      {OUTCOMES.map(one => (
        <button
          key={one}
          class={`tally ${one}`}
          aria-pressed={outcome.value === one}
          title={MEANING[one]}
          onClick={() => (outcome.value = outcome.peek() === one ? null : one)}
        >
          <span class="word">
            <span aria-hidden="true">{SIGNS[one]} </span>
            {one}
          </span>{" "}
          <b data-count={one}>{written(of(one))}</b>
          <span class="small">{share(of(one), made.records)}</span>
        </button>
      ))}
      <span class="hidden" role="status">
        {state.value === "current" && `The rule holds for ${written(made.yes)} of ${written(made.records)} records.`}
      </span>
    </div>
  );
}

/** The counts on one line, below the rule on every page. */
export function CountsInShort() {
  const made = counts.value;
  if (!made) return null;
  return (
    <a class={`in-short ${state.value === "current" ? "" : "is-stale"}`} href="#records">
      <b>{written(made.yes)}</b> of {written(made.records)} records <span class="small">({share(made.yes, made.records)})</span>
    </a>
  );
}

function share(part: number, all: number): string {
  if (!all) return "";
  const percent = (100 * part) / all;
  return part && percent < 0.1 ? "< 0.1 %" : `${percent.toFixed(percent >= 10 || percent === 0 ? 0 : 1)} %`;
}
