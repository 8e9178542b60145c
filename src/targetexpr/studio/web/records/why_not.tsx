// Why not, over all: each condition of the rule with how many records it alone rejects, as a chart and in numbers.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { pointed } from "../explain/explained";
import { select } from "../editor";
import type { Condition } from "./answers";
import { conditions, counts } from "./counting";
import { count } from "./data";

const SERIES = [
  { name: "alone", fill: "var(--no)" },
  { name: "with others", fill: "color-mix(in srgb, var(--no) 38%, var(--panel))" },
  { name: "missing", fill: "var(--null)" },
] as const;

const isAll = signal(false);
/** More conditions are listed when asked for. */
const MOST = 12;

export function WhyNot() {
  const made = conditions.value;
  const all = counts.value;
  if (!all || !made.length) return null;
  const against = all.no + all.null;
  if (!against) return null;
  const listed = isAll.value ? made : made.slice(0, MOST);
  return (
    <section class="panel why" aria-labelledby="why-title">
      <h2 id="why-title">Why not, over all</h2>
      <p class="small">
        {count(against)} {against === 1 ? "record" : "records"} for which the rule does not hold, and the conditions that reject them:{" "}
        {SERIES.map(one => (
          <span class="key" key={one.name}>
            <span style={{ background: one.fill }} aria-hidden="true" /> {one.name}
          </span>
        ))}
      </p>
      <div class="rows">
        <Chart conditions={listed} />
        <ol>
          {listed.map(one => (
            <Line key={one.span.join()} one={one} />
          ))}
        </ol>
      </div>
      {made.length > MOST && <button onClick={() => (isAll.value = !isAll.peek())}>{isAll.value ? "Show fewer" : `Show all ${made.length} conditions`}</button>}
    </section>
  );
}

function Line({ one }: { one: Condition }) {
  const point = () => (pointed.value = one.span);
  const away = () => (pointed.value = null);
  return (
    <li>
      <button onClick={() => select(...one.span)} onMouseEnter={point} onMouseLeave={away} onFocus={point} onBlur={away}>
        <code title={one.text}>{one.text}</code>
        <span class="numbers">
          <b data-only>{count(one.only)}</b> alone{" "}
          <span class="small">
            · {count(one.rejects)} in all{one.missing > 0 && ` · missing ${count(one.missing)}`}
          </span>
        </span>
      </button>
    </li>
  );
}

/** The bars behind the rows; the rows say the same in numbers. */
function Chart({ conditions: listed }: { conditions: Condition[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    let isStale = false;
    void import("../charts").then(({ bars }) => {
      if (isStale || !place.current || !width) return;
      const row = parseInt(getComputedStyle(place.current).getPropertyValue("--row"), 10);
      const rows = listed.map(one => [one.only, Math.max(0, one.rejects - one.only), one.missing]);
      place.current.replaceChildren(bars({ series: SERIES, rows, width, row, thickness: 12, gap: 10 }));
    });
    return () => {
      isStale = true;
    };
  }, [listed, width]);
  return <div class="chart" aria-hidden="true" ref={place} />;
}
