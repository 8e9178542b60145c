// The rule as rows, as the language server tells it, and edits of rows: each comes back as the change of the text that
// it is, and goes through the editor, so that there is one history.
import { batch, effect, signal } from "@preact/signals";
import type { Text } from "@codemirror/state";
import type * as lsp from "vscode-languageserver-protocol";
import { applyEdits, ask, currentText, revision } from "../language";
import { tell } from "../state";

export type ValueKind = "string" | "number" | "date" | "time" | "boolean" | "list" | "attribute" | "formula";

export interface Value {
  place: number;
  label?: string; // "Inventory attribute"; none for what is compared with
  span: lsp.Range;
  kind: ValueKind;
  written: string; // what stands in the box: a string without its quotes
  choices: string[];
}

/** What a row is about; a row of free text is about nothing that has a name. */
export interface Subject {
  subject: string; // "currentTxn.value"
  subjectLabel: string; // "Value"
  subjectOf: string; // "transaction"
  subjectDoc: string;
  subjectSpan: lsp.Range;
  type: string;
}

export interface Row extends Partial<Subject> {
  kind: "condition" | "flag" | "constant" | "free";
  path: number[];
  operator: string;
  operatorLabel?: string;
  operators?: string; // names one of the lists of operators
  values: Value[];
  text: string;
  reading: string;
}

export interface Group {
  kind: "group";
  path: number[];
  mode: "all" | "any";
  negated: boolean;
  items: Item[];
  list?: List; // all items compare one subject: "is one of …"
}

export interface List extends Subject {
  operatorLabel: string; // "is one of"
  values: Value[]; // of the subject, where it is a call
  kind: ValueKind;
  written: string[];
  choices: string[];
  reading: string;
}

export type Item = Row | Group;

export interface Operator {
  id: string;
  label: string;
  doc: string;
}

export interface Conditions {
  version: number;
  root: Group;
  operators: Record<string, Operator[]>;
}

/** What an edit of a row does; `path` leads to the row or the group. */
export type Edit =
  | { what: "value"; path: number[]; place: number; typed: string; kind?: ValueKind }
  | { what: "operator"; path: number[]; operator: string }
  | { what: "subject"; path: number[]; subject: string }
  | { what: "text"; path: number[]; text: string }
  | { what: "add"; path: number[]; subject?: string; text?: string; mode?: "all" | "any"; index?: number }
  | { what: "addGroup"; path: number[]; subject: string; mode: "all" | "any" }
  | { what: "wrap"; path: number[]; subject: string; mode: "all" | "any" }
  | { what: "remove" | "negate" | "unwrap"; path: number[] }
  | { what: "move"; path: number[]; to: number[]; index: number }
  | { what: "mode"; path: number[]; mode: "all" | "any" }
  | { what: "list"; path: number[]; typed: string[] };

/** The rows of the last text that was a rule. */
export const conditions = signal<Conditions | null>(null);
/** Whether they are about the text that was asked about last. */
export const isCurrent = signal(false);
/** The text that was asked about last. */
export const askedText = signal<string | null>(null);
/** The path of the row that the keyboard goes to when the rows come anew. */
export const focusNext = signal<string | null>(null);

let about: Text | undefined;

/** Follows the text as long as the rows are shown; the end of it is returned. */
export function follow(): () => void {
  return effect(() => {
    void revision.value;
    void read();
  });
}

async function read(): Promise<void> {
  const text = currentText();
  const found = await ask<Conditions>("targetexpr/conditions");
  if (text !== currentText()) return;
  batch(() => {
    askedText.value = text?.toString() ?? null;
    isCurrent.value = found !== null;
    if (found) {
      about = text;
      conditions.value = found;
    } else if (!text?.toString().trim()) {
      conditions.value = null;
    }
  });
}

export function itemAt(path: number[]): Item | undefined {
  let found: Item | undefined = conditions.value?.root;
  for (const place of path) found = found?.kind === "group" ? found.items[place] : undefined;
  return found;
}

/** What an item is about, whatever is said of it: what an edit that was made a moment ago leaves as it is. */
function identity(item: Item | undefined): string {
  return item?.kind === "group" ? `group of ${item.items.length}` : `${item?.kind} ${item?.subject ?? ""}`;
}

/** Make an edit of a row in the text. If the text has changed since the rows came, what is edited must be the same. */
export async function edit(change: Edit): Promise<void> {
  const seen = identity(itemAt(change.path));
  if (currentText() !== about && conditions.value) {
    await read();
    if (!isCurrent.value || identity(itemAt(change.path)) !== seen) return refuse("The rule has changed meanwhile; look at its rows again.");
  }
  const text = currentText();
  if (!text) return;
  const answer = await ask<{ edits?: lsp.TextEdit[]; error?: string }>("targetexpr/editConditions", {
    version: conditions.value?.version,
    edit: { today: today(), ...change },
  });
  if (answer?.error) refuse(answer.error);
  else if (applyEdits(answer?.edits ?? [], text, "input.rows")) await read();
  else showAgain();
}

function refuse(reason: string): void {
  tell(reason, { isError: true });
  focusNext.value = null;
  showAgain();
}

/** Boxes show again what stands in the text. */
function showAgain(): void {
  if (conditions.value) conditions.value = { ...conditions.value };
}

function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(one => String(one).padStart(2, "0")).join("-");
}
