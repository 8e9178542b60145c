// The record that is shown on the rule: what became of it, values changed on trial, and the condition pointed at.
import { batch, effect, signal } from "@preact/signals";
import { editorView } from "../editor";
import { rule as written, said } from "../state";
import type { Explained, Span, Unreadable } from "../records/answers";
import { PAUSE, question } from "../records/counting";
import { post } from "../records/exact";
import { paint } from "./painting";

/** One record: of the data that is open, or one that came with a shared file. */
export type Chosen = { data: string; number: number; place: string } | { record: Record<string, unknown> };

export const chosen = signal<Chosen | null>(null);
export const changes = signal<Readonly<Record<string, unknown>>>({});
export const explained = signal<Explained | null>(null);
/** The text that `explained` is about. */
const about = signal("");
/** What became of the record as it is, without changes on trial. */
export const before = signal<Explained["outcome"] | null>(null);
export const pointed = signal<Span | null>(null);
export const trouble = signal("");

/** Show a record on the rule. */
export function choose(record: Chosen): void {
  batch(() => {
    changes.value = {};
    explained.value = before.value = null;
    trouble.value = "";
    chosen.value = record;
  });
}

/** Take the paint off the rule. */
export function leave(): void {
  batch(() => {
    chosen.value = explained.value = before.value = pointed.value = null;
    changes.value = {};
    trouble.value = "";
  });
}

/** Put a value in the place of the record's own, on trial. */
export function change(path: string, value: unknown): void {
  changes.value = { ...changes.peek(), [path]: value };
}

/** Take the record's own value again; without a path, all of them. */
export function reset(path?: string): void {
  changes.value = path === undefined ? {} : Object.fromEntries(Object.entries(changes.peek()).filter(([one]) => one !== path));
}

let asked = new AbortController();
let last: unknown = null;
effect(() => {
  const record = chosen.value;
  const { data, rule, event, schema, version } = question.value;
  const changed = changes.value;
  asked.abort();
  if (!record) return;
  if ("data" in record && record.data !== data) return leave();
  if (!rule) return;
  const turn = (asked = new AbortController());
  const typed = JSON.stringify([rule, event, schema, version]);
  const pause = last === typed ? 0 : PAUSE;
  last = typed;
  const timer = setTimeout(() => void ask({ ...record, rule, event, schema }, changed, turn.signal), "record" in record ? PAUSE : pause);
  turn.signal.addEventListener("abort", () => clearTimeout(timer));
});

async function ask(what: { rule: string; event: string | null; schema: string | null }, changed: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void> {
  try {
    const made = await post<Explained | Unreadable>("/api/explain", { ...what, changes: changed }, signal);
    batch(() => {
      if (made.tree === null) {
        trouble.value = made.message;
        return;
      }
      explained.value = made;
      about.value = what.rule;
      if (!Object.keys(changed).length) before.value = made.outcome;
      trouble.value = "";
    });
  } catch (error) {
    if (signal.aborted) return;
    trouble.value = said(error);
  }
}

/** What is pointed at is of one text as well. */
effect(() => {
  void written.value;
  pointed.value = null;
});

/** An explanation is of one text: while another is typed, nothing is painted until that one is explained. */
effect(() => {
  const shown = about.value === written.value ? explained.value : null;
  const span = pointed.value;
  const view = editorView();
  if (view) paint(view, shown, span);
});
