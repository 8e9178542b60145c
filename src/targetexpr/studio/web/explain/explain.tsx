// The panel of one record: what became of it and why, near misses, and its values, which can be changed on trial.
import { useEffect, useRef } from "preact/hooks";
import { select } from "../editor";
import { type Explained, type NearMiss, type Outcome, type Part, SIGNS } from "../records/answers";
import { Trouble } from "../records/trouble";
import { Sentence } from "../sentence";
import { before, change, changes, chosen, explained, leave, pointed, reset, trouble } from "./explained";
import { cut, shown } from "../records/exact";
import { Values } from "./values";
import { conditions, outcomeOf, sentenceOf, values } from "./tree";

/** The record that was chosen; nothing while none is. Escape leaves it. */
export function Explain() {
  const record = chosen.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!record) return;
    heading.current?.focus({ preventScroll: true });
    const isBelow = matchMedia("(max-width: 899px)").matches; // below the table, not beside it
    heading.current?.scrollIntoView({ block: isBelow ? "start" : "nearest" });
  }, [record]);
  if (!record) return null;
  const made = explained.value;
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  };
  return (
    <section class="panel explain" aria-labelledby="explain-title" onKeyDown={escape}>
      <div class="bar">
        <h2 id="explain-title" ref={heading} tabIndex={-1}>
          {"record" in record ? "Shared record" : `Record: ${record.place}`}
        </h2>
        <button class="quiet end" onClick={close} aria-label="Close the explanation" title="Close (Escape)">
          ✕
        </button>
      </div>
      <Trouble text={trouble.value} />
      {made && (
        <>
          <Verdict now={made.outcome} />
          {made.change && <p class="change">{made.change}</p>}
          <Near misses={made.near} />
          <Conditions made={made} />
          <Values made={made} />
        </>
      )}
    </section>
  );
}

function close(): void {
  const record = chosen.peek();
  leave();
  if (record && "number" in record) document.getElementById(`record-${record.number}`)?.focus();
}

export function Badge({ outcome }: { outcome: Outcome }) {
  return (
    <span class={`badge ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]} </span>
      {outcome}
    </span>
  );
}

/** What became of the record; with values changed on trial, what it was before as well. */
function Verdict({ now }: { now: Outcome }) {
  const tried = Object.keys(changes.value).length > 0;
  const was = before.value;
  return (
    <span class="outcomes" role="status">
      {tried && was && (
        <>
          <span class="small">was</span> <Badge outcome={was} /> <span class="small">with your changes</span>{" "}
        </>
      )}
      <Badge outcome={now} />
      {tried && (
        <button class="quiet" onClick={() => reset()}>
          Reset all
        </button>
      )}
    </span>
  );
}

function Near({ misses }: { misses: NearMiss[] }) {
  if (!misses.length) return null;
  return (
    <ul class="near" aria-label="Near misses">
      {misses.map(miss => (
        <li key={`${miss.path} ${miss.wanted}`}>
          <span class="kind">{{ case: "upper and lower case", blanks: "blanks", accents: "accents" }[miss.kind]}</span> <Sentence text={miss.message} />{" "}
          <button onClick={() => change(miss.path, miss.wanted)}>Try {shown(miss.wanted, 30)}</button>
        </li>
      ))}
    </ul>
  );
}

/** The same as the paint on the rule, as a list: for those who do not see colours, or the rule. */
function Conditions({ made }: { made: Explained }) {
  const listed = conditions(made.tree);
  return (
    <ul class="conditions" aria-label="Conditions">
      {listed.slice(0, MOST).map(part => (
        <Condition key={part.span.join()} part={part} made={made} />
      ))}
      {listed.length > MOST && <li class="small">and {listed.length - MOST} more; all are painted on the rule</li>}
    </ul>
  );
}

const MOST = 100;

function Condition({ part, made }: { part: Part; made: Explained }) {
  const outcome = part.role === "value" ? null : outcomeOf(part);
  const point = () => (pointed.value = part.span);
  const away = () => (pointed.value = null);
  return (
    <li class={outcome ?? "skipped"} onMouseEnter={point} onMouseLeave={away} onFocusCapture={point} onBlurCapture={away}>
      {outcome ? <Badge outcome={outcome} /> : <span class="badge skipped">{part.role === "value" ? "value" : "not needed"}</span>}
      <span class="about">
        <button class="plain" title="Show this condition in the rule" onClick={() => select(...part.span)}>
          <code>{part.text}</code>
        </button>
        {outcome && !part.sentence && values(part, made.reads).map(read => <span class="x-value">{cut(read.text)}</span>)}
        {outcome && sentenceOf(part) && <span class="small">{sentenceOf(part)}</span>}
      </span>
    </li>
  );
}
