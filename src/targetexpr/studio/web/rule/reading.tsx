// The rule in plain English: a sentence, or a line for each condition, set in as deep as it is nested.
import { errors, isChecked, reading } from "../state";

export function Reading() {
  if (!reading.value || errors.value) return null;
  return (
    <section class="reading" aria-labelledby="reading" aria-busy={!isChecked.value}>
      <h2 id="reading">In plain English</h2>
      {reading.value.split("\n").map(line => {
        const [, indent = "", dash, text] = /^( *)(- )?(.*)$/.exec(line)!;
        return <p class={dash ? "point" : ""} style={{ marginLeft: `${indent.length * 9 + (dash ? 14 : 0)}px` }}>{text}</p>;
      })}
    </section>
  );
}
