// The boxes of a row's values: lists of choices, dates, times, numbers, true and false, and free text.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Value } from "./conditions";
import { Picker } from "./picker";

const OTHER = "\u0000other"; // the choice that is none of the list
const LONGEST_LIST = 60; // choices in a list to choose from; more of them are searched by typing

interface Props {
  value: Value;
  label: string;
  set: (typed: string) => void;
}

export function ValueBox({ value, label, set }: Props) {
  const isFree = useSignal(false);
  switch (value.kind) {
    case "attribute":
      return <Picker label={`${label}: ${value.written}`} class="subject" chosen={value.written} pick={entry => set(entry.path)}>{value.written}</Picker>;
    case "boolean":
      return <Choice value={value.written} choices={["true", "false"]} label={label} set={set} />;
    case "date":
      return <DateBox value={value} label={label} set={set} />;
    case "time":
      return <TextBox type="time" written={value.written} label={label} set={set} />;
    case "number":
    case "list":
      return <TextBox written={value.written} label={label} set={set} inputMode="decimal" class="number" />;
    case "string":
      if (value.choices.length && value.choices.length <= LONGEST_LIST && !isFree.value) {
        return <Choice value={value.written} choices={value.choices} label={label} set={set} other={() => (isFree.value = true)} />;
      }
      return <TextBox written={value.written} label={label} set={set} choices={value.choices} isNew={isFree.value} />;
    case "formula":
      return <TextBox written={value.written} label={label} set={set} class="mono" />;
  }
}

function Choice({ value, choices, label, set, other }: { value: string; choices: string[]; label: string; set: (typed: string) => void; other?: () => void }) {
  const all = choices.includes(value) ? choices : [value, ...choices];
  return (
    <select
      aria-label={label} value={value}
      onChange={({ currentTarget }) => {
        if (currentTarget.value !== OTHER) return set(currentTarget.value);
        currentTarget.value = value;
        other?.();
      }}
    >
      {all.map(one => <option value={one}>{one || "(empty)"}</option>)}
      {other && <option value={OTHER}>other…</option>}
    </select>
  );
}

function DateBox({ value: { written }, label, set }: Props) {
  const hasTime = written.includes("T");
  const [day = ""] = written.split("T");
  return (
    <>
      <TextBox type={hasTime ? "datetime-local" : "date"} step={hasTime ? 1 : undefined} written={written} label={label} set={set} />
      <label class="with-time" title="Compare with a time of the day as well">
        <input type="checkbox" aria-label={`${label}: with a time`} checked={hasTime} onChange={() => set(hasTime ? day : `${day}T00:00:00`)} /> time
      </label>
    </>
  );
}

interface TextProps {
  written: string;
  label: string;
  set: (typed: string) => void;
  type?: "text" | "date" | "datetime-local" | "time";
  step?: number;
  inputMode?: "decimal";
  class?: string;
  choices?: string[];
  hint?: string; // what stands in the box while it is empty
  isNew?: boolean; // the box was just put here by hand: the keyboard goes to it
}

/** A box that is taken when it is left, or by Enter; Escape puts back what was there. */
export function TextBox({ written, label, set, type = "text", step, inputMode, class: kind, choices = [], hint, isNew }: TextProps) {
  const box = useRef<HTMLInputElement>(null);
  const list = useRef(`choices-${Math.random().toString(36).slice(2)}`).current;
  useEffect(() => {
    told.current = written;
    if (box.current) box.current.value = written;
  }, [written]);
  useEffect(() => {
    if (isNew) box.current?.select();
  }, [isNew]);
  const told = useRef(written); // leaving a box after Enter is not a second change
  const isKeyed = useRef(false);
  const take = () => {
    const typed = box.current?.value ?? told.current; // a box that is taken away is left as well
    if (typed === told.current || (type !== "text" && !typed)) return;
    told.current = typed;
    set(typed);
  };
  return (
    <>
      <input
        ref={box} type={type} step={step} class={kind} aria-label={label} title={label} data-taken={written} inputMode={inputMode}
        size={type === "text" ? Math.max(inputMode ? 6 : 8, Math.min(written.length + 1, 40)) : undefined}
        list={choices.length ? list : undefined} placeholder={hint} autocomplete="off" spellcheck={false}
        onBlur={() => {
          isKeyed.current = false;
          take();
        }}
        onChange={() => isKeyed.current || take()} // chosen in a calendar or a list; what is typed may go on
        onKeyDown={event => {
          isKeyed.current = true;
          if (event.key === "Enter") take();
          else if (event.key === "Escape") box.current!.value = written;
          else return;
          event.preventDefault();
        }}
      />
      {choices.length > 0 && <datalist id={list}>{choices.map(one => <option value={one} />)}</datalist>}
    </>
  );
}
