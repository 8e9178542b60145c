// Charts, in a part of the page that is loaded when the first one is shown.
import { axisX, barX, plot, ruleX } from "@observablehq/plot";

/** A row of bars, one after the other: numbers in the order of `series`. */
export interface Bars {
  series: readonly { name: string; fill: string }[];
  rows: readonly (readonly number[])[];
  width: number; // px
  row: number; // px from one row to the next
  thickness: number; // px of a bar, at the bottom of its row
  gap: number; // px below a bar
}

/** Rows of stacked bars over one axis, to be laid beside rows of text that are as high. */
export function bars({ series, rows, width, row, thickness, gap }: Bars): SVGSVGElement | HTMLElement {
  const data = rows.flatMap((numbers, at) => numbers.map((number, index) => ({ at, number, name: series[index]?.name ?? "" })));
  const axis = 22;
  return plot({
    width,
    height: rows.length * row + axis,
    margin: 0,
    marginBottom: axis,
    marginRight: 14,
    marginLeft: 4,
    style: { background: "none", color: "var(--quiet)", fontSize: "11px", fontFamily: "var(--sans)" },
    x: { label: null, nice: false, domain: [0, Math.max(1, ...rows.map(numbers => numbers.reduce((a, b) => a + b, 0)))] },
    y: { axis: null, domain: rows.map((_, at) => at), padding: 0 },
    color: { domain: series.map(one => one.name), range: series.map(one => one.fill) },
    marks: [
      barX(data, { x: "number", y: "at", fill: "name", insetTop: row - thickness - gap, insetBottom: gap }),
      ruleX([0], { stroke: "var(--line-strong)" }),
      axisX({ ticks: Math.max(2, Math.floor(width / 90)), tickSize: 3, label: null }),
    ],
  });
}
