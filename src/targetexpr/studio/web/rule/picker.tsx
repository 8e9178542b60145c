// Choosing an attribute or a method of the schema: a button that opens a list with search, types and meanings.
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { type Entry, find } from "./catalogue";

const MOST = 1000; // shown at once; the search narrows them

interface Props {
  label: string; // of the button, for those who do not see it
  children: ComponentChildren;
  class?: string;
  chosen?: string; // the path that stands there now
  title?: string;
  disabled?: boolean;
  pick: (entry: Entry) => void;
}

export function Picker({ label, children, class: kind = "", chosen, title, disabled, pick }: Props) {
  const id = useId();
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    button.current?.focus();
  };
  return (
    <>
      <button
        type="button" ref={button} class={kind} aria-label={label} title={title} disabled={disabled}
        aria-haspopup="dialog" aria-expanded={isOpen.value} data-taken=""
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {children}
      </button>
      {isOpen.value && (
        <List
          id={id} anchor={button.current!} chosen={chosen} close={close} left={() => (isOpen.value = false)}
          pick={entry => {
            close();
            pick(entry);
          }}
        />
      )}
    </>
  );
}

interface ListProps {
  id: string;
  anchor: HTMLElement;
  chosen?: string;
  close: () => void;
  left: () => void;
  pick: (entry: Entry) => void;
}

function List({ id, anchor, chosen, close, left, pick }: ListProps) {
  const box = useRef<HTMLDivElement>(null);
  const query = useSignal("");
  const at = useSignal(-1);
  const found = useComputed(() => {
    let count = 0;
    return find(query.value, one => one.profile !== "").flatMap(section => {
      const entries = section.entries.slice(0, MOST - count);
      count += entries.length;
      return entries.length ? [{ ...section, entries }] : [];
    });
  });
  const flat = useComputed(() => found.value.flatMap(one => one.entries));
  const active = useComputed(() => {
    const started = at.value < 0 && !query.value ? flat.value.findIndex(one => one.path === chosen) : at.value;
    return Math.max(0, Math.min(started, flat.value.length - 1));
  });

  useEffect(() => {
    const element = box.current!;
    element.showPopover();
    place(element, anchor);
    element.querySelector("input")!.focus();
    const follow = () => place(element, anchor);
    addEventListener("resize", follow);
    return () => removeEventListener("resize", follow);
  }, []);
  useEffect(() => box.current!.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }));

  const pressed = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    const entry = flat.value[active.value];
    if (step) at.value = Math.max(0, Math.min(active.value + step, flat.value.length - 1));
    else if (event.key === "Enter" && entry) pick(entry);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };

  let place_ = 0;
  const entry = flat.value[active.value];
  return (
    <div
      ref={box} id={id} class="picker" popover="auto" role="dialog" aria-label="Choose an attribute"
      onToggle={event => event.newState === "closed" && left()} onKeyDown={pressed}
    >
      <input
        type="search" role="combobox" list={undefined} aria-label="Search attributes" aria-expanded="true" aria-controls={`${id}-list`} autocomplete="off"
        aria-activedescendant={entry && `${id}-${active.value}`} placeholder="Search by name or meaning" value={query.value}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
          at.value = 0;
        }}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Attributes" class="picker-list">
        {found.value.map(section => (
          <div role="group" aria-label={section.name}>
            <div class="picker-head" aria-hidden="true">{section.name}</div>
            {section.entries.map(one => {
              const mine = place_++;
              return (
                <div
                  id={`${id}-${mine}`} role="option" aria-selected={mine === active.value} class="picker-entry"
                  onClick={() => pick(one)} onPointerMove={() => (at.value = mine)}
                >
                  <span class="mono">{one.name}</span><span class="of-type">{one.type}</span>
                </div>
              );
            })}
          </div>
        ))}
        {!flat.value.length && <p class="empty">No match.</p>}
      </div>
      <div class="picker-doc" aria-live="polite">{entry && <><b>{entry.label || entry.path}</b> {entry.doc}</>}</div>
    </div>
  );
}

/** Beneath the button, or above it where there is more room; inside the window in any case. */
function place(element: HTMLElement, anchor: HTMLElement): void {
  const { left, top, bottom } = anchor.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const below = innerHeight - bottom >= height + 8 || innerHeight - bottom >= top;
  element.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  element.style.top = `${Math.max(8, below ? Math.min(bottom + 4, innerHeight - height - 8) : top - height - 4)}px`;
}

