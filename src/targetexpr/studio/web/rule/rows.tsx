// Rows of conditions in groups of all or any: choosing, filling in, adding, removing, reordering, by hand or keyboard.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type * as lsp from "vscode-languageserver-protocol";
import { setRule } from "../editor";
import { Icon, type IconName } from "../icons";
import { entries } from "./catalogue";
import { conditions, edit, focusNext, itemAt, type Group, type Item, type List, type Row, type Subject, type Value } from "./conditions";
import { Picker } from "./picker";
import { TextBox, ValueBox } from "./values";

const MOST = 50; // items of a group that are shown before more are asked for

const nameOf = (path: number[]) => path.join(".");
const parentOf = (path: number[]) => path.slice(0, -1);
const placeOf = (path: number[]) => path.at(-1) ?? 0;

/** An edit after which the keyboard is at another row. */
async function editAndGo(change: Parameters<typeof edit>[0], path: number[]): Promise<void> {
  focusNext.value = nameOf(path);
  await edit(change);
}

function Tool({ label, icon, disabled, run }: { label: string; icon: IconName; disabled?: boolean; run: () => unknown }) {
  return (
    <button type="button" class="tool" aria-label={label} title={label} disabled={disabled} onClick={() => void run()}>
      <Icon name={icon} />
    </button>
  );
}

/** What can be done with every row and group: moving, nesting, taking out. */
function Tools({ path, what, last }: { path: number[]; what: string; last: number }) {
  const group = parentOf(path), at = placeOf(path);
  const isOnly = path.length === 0 || (path.length === 1 && last === 0);
  const next = [...group, Math.max(0, at === last ? at - 1 : at)];
  return (
    <span class="row-tools" role="group" aria-label={`Change ${what}`}>
      {!isOnly && <Tool label="Move up" icon="up" disabled={at === 0} run={() => move(path, -1)} />}
      {!isOnly && <Tool label="Move down" icon="down" disabled={at === last} run={() => move(path, 1)} />}
      <Picker label="Nest with another condition" title="Nest it in a group with another condition" class="tool"
        pick={entry => void edit({ what: "wrap", path, mode: modeOf(group) === "all" ? "any" : "all", subject: entry.path })}>
        <Icon name="group" />
      </Picker>
      <Tool label="Remove" icon="close" run={() => (isOnly ? setRule("") : editAndGo({ what: "remove", path }, next))} />
    </span>
  );
}

/** An index counts with what is moved still where it was. */
const move = (path: number[], by: 1 | -1) =>
  editAndGo({ what: "move", path, to: parentOf(path), index: placeOf(path) + (by > 0 ? 2 : -1) }, [...parentOf(path), placeOf(path) + by]);

const modeOf = (path: number[]) => {
  const group = itemAt(path);
  return group?.kind === "group" ? group.mode : "all";
};

// ---- one item: a row or a group, which can be dragged to another place

const dragged: { path: number[] | null } = { path: null };

interface FrameProps {
  item: Item;
  last: number;
  what: string;
  kind: string;
  tools?: ComponentChildren;
  children: ComponentChildren;
}

function Frame({ item: { path }, last, what, kind, tools, children }: FrameProps) {
  const frame = useRef<HTMLLIElement>(null);
  const side = useSignal<"" | "before" | "after">("");
  const name = nameOf(path);
  useEffect(() => {
    if (focusNext.value !== name) return;
    focusNext.value = null;
    frame.current!.querySelector<HTMLElement>(".subject, input, select, button")?.focus();
  });
  const isInside = () => dragged.path !== null && nameOf(path.slice(0, dragged.path.length)) === nameOf(dragged.path);
  return (
    <li
      ref={frame} class={`item ${kind} ${side.value}`} data-path={name} aria-label={what}
      onKeyDown={event => {
        const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
        if (!event.altKey || !by || event.defaultPrevented) return;
        event.preventDefault();
        const to = placeOf(path) + by;
        if (to >= 0 && to <= last) void move(path, by);
      }}
      onDragOver={event => {
        if (!dragged.path || isInside()) return;
        event.preventDefault();
        event.stopPropagation();
        const { top, height } = frame.current!.getBoundingClientRect();
        side.value = event.clientY < top + height / 2 ? "before" : "after";
      }}
      onDragLeave={() => (side.value = "")}
      onDrop={event => {
        if (!dragged.path || isInside()) return;
        event.preventDefault();
        event.stopPropagation();
        drop(dragged.path, path, side.value === "after");
        side.value = "";
      }}
    >
      <span
        class="handle" title="Drag to another place (Alt+↑, Alt+↓)" aria-hidden="true" draggable
        onDragStart={event => {
          dragged.path = path;
          event.dataTransfer!.effectAllowed = "move";
          event.dataTransfer!.setDragImage(frame.current!, 8, 8);
        }}
        onDragEnd={() => (dragged.path = null)}
      />
      <div class="item-body">{children}</div>
      {tools}
    </li>
  );
}

function drop(path: number[], target: number[], isAfter: boolean): void {
  const to = parentOf(target), index = placeOf(target) + (isAfter ? 1 : 0);
  const isThere = nameOf(parentOf(path)) === nameOf(to) && (index === placeOf(path) || index === placeOf(path) + 1);
  if (!isThere) void edit({ what: "move", path, to, index });
}

// ---- rows

function SubjectButton({ path, about: { subject, subjectLabel, subjectOf, subjectDoc } }: { path: number[]; about: Subject }) {
  return (
    <Picker label={`${subjectLabel} ${subject}`} class="subject" chosen={subject} title={`${subjectLabel} of ${subjectOf}\n${subjectDoc}`}
      pick={entry => void editAndGo({ what: "subject", path, subject: entry.path }, path)}>
      {subjectLabel !== subject && <span>{subjectLabel}</span>} <code>{subject}</code>
    </Picker>
  );
}

function Values({ path, values, what }: { path: number[]; values: Value[]; what: string }) {
  return values.map(value => (
    <span class="value" key={`${value.place} ${value.kind}`}>
      {value.label && <span class="value-name">{value.label.toLowerCase()}</span>}
      <ValueBox value={value} label={`${value.label ?? "Value"} of ${what}`} set={typed => void edit({ what: "value", path, place: value.place, typed })} />
    </span>
  ));
}

const isWithin = ({ span: { start } }: Value, { end }: lsp.Range) => start.line < end.line || (start.line === end.line && start.character < end.character);

function RowItem({ row, last }: { row: Row; last: number }) {
  const { path, kind, subject, values } = row;
  if (kind === "free" || subject === undefined) {
    return (
      <Frame item={row} last={last} what={row.reading} kind="free" tools={<Tools path={path} what={row.text} last={last} />}>
        <span class="tag" title="No row can show this condition: it is edited as text">formula</span>
        <TextBox written={row.text} label="Condition as text" class="mono wide" set={text => void edit({ what: "text", path, text })} />
      </Frame>
    );
  }
  const about = row as Row & Subject;
  const operators = conditions.value?.operators[row.operators ?? ""] ?? [];
  const isKnown = operators.some(one => one.id === row.operator);
  return (
    <Frame item={row} last={last} what={row.reading} kind={kind} tools={<Tools path={path} what={subject} last={last} />}>
      <SubjectButton path={path} about={about} />
      <Values path={path} what={subject} values={values.filter(one => isWithin(one, about.subjectSpan))} />
      {operators.length > 0 && (
        <select
          class="operator" aria-label={`Operator of ${subject}`} title={operators.find(one => one.id === row.operator)?.doc || undefined} value={row.operator}
          onChange={({ currentTarget }) => void edit({ what: "operator", path, operator: currentTarget.value })}
        >
          {!isKnown && <option value={row.operator}>{row.operatorLabel ?? row.operator}</option>}
          {operators.map(({ id, label }) => <option value={id}>{label}</option>)}
        </select>
      )}
      <Values path={path} what={subject} values={values.filter(one => !isWithin(one, about.subjectSpan))} />
    </Frame>
  );
}

/** "… is one of …": the values as chips, each of which can be taken out, and a box for one more. */
function ListItem({ group, list, last }: { group: Group; list: List; last: number }) {
  const { path } = group;
  const set = (typed: string[]) => void edit({ what: "list", path, typed });
  const others = list.choices.filter(one => !list.written.includes(one));
  const label = `Another value of ${list.subject}`;
  return (
    <Frame item={group} last={last} what={list.reading} kind="condition" tools={<Tools path={path} what={list.subject} last={last} />}>
      <SubjectButton path={path} about={list} />
      <Values path={path} what={list.subject} values={list.values} />
      <button type="button" class="joined" title="Turn it around" onClick={() => void edit({ what: "negate", path })}>{list.operatorLabel}</button>
      <span class="chips">
        {list.written.map((one, at) => (
          <span class="chip" key={`${at} ${one}`}>
            {one || "(empty)"}
            <Tool label={`Remove ${one}`} icon="close" run={() => set(list.written.filter((_, other) => other !== at))} />
          </span>
        ))}
        {others.length > 0 ? (
          <select class="add-value" aria-label={label} value="" onChange={({ currentTarget }) => set([...list.written, currentTarget.value])}>
            <option value="" disabled>another…</option>
            {others.map(one => <option>{one}</option>)}
          </select>
        ) : (
          <TextBox key={list.written.length} written="" hint="another…" label={label} set={typed => typed && set([...list.written, typed])} />
        )}
      </span>
    </Frame>
  );
}

// ---- groups

function ItemView({ item, last }: { item: Item; last: number }) {
  if (item.kind !== "group") return <RowItem row={item} last={last} />;
  if (item.list) return <ListItem group={item} list={item.list} last={last} />;
  return <Frame item={item} last={last} what={`${item.mode} of these`} kind="nested"><GroupView group={item} last={last} /></Frame>;
}

export function GroupView({ group, last }: { group: Group; last?: number }) {
  const { path, mode, negated, items } = group;
  const most = useSignal(MOST);
  const isRoot = path.length === 0;
  const other = mode === "all" ? "any" : "all";
  return (
    <div class={`group ${mode}`} role="group" aria-label={`${negated ? "Not " : ""}${mode} of these`}>
      <div class="group-head">
        <button type="button" class="small not" aria-pressed={negated} title="Turn the group around" onClick={() => void edit({ what: "negate", path })}>not</button>
        <div class="switch" role="radiogroup" aria-label="How the conditions are joined">
          {(["all", "any"] as const).map(one => (
            <label>
              <input type="radio" name={`mode ${nameOf(path)}`} checked={mode === one} disabled={items.length < 2} onChange={() => void edit({ what: "mode", path, mode: one })} />
              {one} of
            </label>
          ))}
        </div>
        {!isRoot && (
          <>
            <button type="button" class="small" title="Take the conditions out of the group" onClick={() => void edit({ what: "unwrap", path })}>Ungroup</button>
            <Tools path={path} what="group" last={last ?? 0} />
          </>
        )}
      </div>
      <ul class="items">
        {items.slice(0, most.value).map((item, at) => <ItemView key={at} item={item} last={items.length - 1} />)}
      </ul>
      {items.length > most.value && (
        <button type="button" class="small" onClick={() => (most.value += MOST)}>Show more of {items.length} conditions</button>
      )}
      <div class="group-foot">
        <AddButton label="Add a condition" add={subject => editAndGo({ what: "add", path, subject }, [...path, items.length])} />
        <AddButton label="Add a group of conditions" text="Group" add={subject => editAndGo({ what: "addGroup", path, subject, mode: other }, [...path, items.length])} />
      </div>
    </div>
  );
}

function AddButton({ label, text = "Condition", add }: { label: string; text?: string; add: (subject: string) => unknown }) {
  return <Picker label={label} class="small" pick={({ path }) => void add(path)}><Icon name="plus" /> {text}</Picker>;
}

/** All rows of a rule. One that compares one attribute with several values is one row. */
export function Rows({ root }: { root: Group }) {
  if (!root.list) return <GroupView group={root} />;
  return (
    <div class="group all">
      <ul class="items"><ListItem group={root} list={root.list} last={0} /></ul>
      <div class="group-foot">
        <AddButton label="Add a condition" add={subject => editAndGo({ what: "wrap", path: [], subject, mode: "all" }, [1])} />
      </div>
    </div>
  );
}

/** The first condition of a rule that is empty. */
export function FirstRow() {
  return (
    <div class="first">
      <p>Nothing is asked yet. Choose an attribute to begin with, or write the rule above.</p>
      <Picker label="Add the first condition" class="primary" disabled={!entries.value.size}
        pick={({ path: subject }) => void editAndGo({ what: "add", path: [], subject }, [0])}>
        <Icon name="plus" /> Add a condition
      </Picker>
    </div>
  );
}
