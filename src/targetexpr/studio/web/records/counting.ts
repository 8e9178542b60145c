// Counts, conditions and one page of records for the rule as it is written now; what an older rule asked is cancelled.
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError } from "../api";
import { data, event, rule, said, schema, validRule } from "../state";
import type { Condition, Counts, Outcome, Page } from "./answers";
import { reading } from "./data";
import { post } from "./exact";

/** Nothing is asked while keys are being pressed. */
export const PAUSE = 150;
const SIZE = 50;

export const counts = signal<Counts | null>(null);
export const conditions = signal<Condition[]>([]);
export const page = signal<Page | null>(null);
export const outcome = signal<Outcome | null>(null);
export const search = signal("");
/** Whether what is shown is of the rule as it is written now. */
export const state = signal<"none" | "waiting" | "counting" | "current" | "failed">("none");
/** Why counts could not be made. */
export const trouble = signal("");
/** Where the pages begin that were gone through, the one shown last. */
const starts = signal<Start[]>([null]);
type Start = Page["next"];

/** Paths that the rule reads and no column holds. */
export const lacks = signal<string[]>([]);
/** What has to be said before a table can be read: what its numbers or its dates mean. */
export const ask = signal<"decimal" | "dates" | null>(null);

/** Numbers that grow, also over a reload of the page; another window has numbers of its own. */
let run = Date.now();
const window_ = crypto.randomUUID();

/** What is counted: the rule (null while it is not valid), the data, and how the data is read. */
export const question = computed(() => {
  const ready = data.value?.state === "ready" ? data.value.id : null;
  const text = rule.value.trim() ? validRule.value : "";
  return { data: ready, rule: text, event: event.value, schema: schema.value, version: reading.value };
});

/** Another file is shown whole: filter and search were about the one before. */
let shown: string | null = null;
effect(() => {
  const id = question.value.data;
  if (!id || id === shown) return;
  shown = id;
  batch(() => {
    outcome.value = null;
    search.value = "";
  });
});

let asked = new AbortController();
let filtered = new AbortController();
effect(() => {
  const now = question.value;
  asked.abort();
  filtered.abort();
  const turn = (asked = new AbortController());
  if (!now.data) {
    batch(() => {
      counts.value = page.value = null;
      conditions.value = [];
      lacks.value = [];
      ask.value = null;
      trouble.value = "";
      state.value = "none";
    });
    return;
  }
  if (now.rule === null) {
    state.value = "waiting"; // for a rule without errors
    return;
  }
  state.value = "counting";
  const timer = setTimeout(() => void all({ ...now, run: ++run, window: window_ }, turn.signal), PAUSE);
  turn.signal.addEventListener("abort", () => clearTimeout(timer));
});

type Question = Omit<typeof question.value, "version"> & { run: number; window: string };

async function all(question: Question, signal: AbortSignal): Promise<void> {
  try {
    const made = question.rule ? await post<{ counts: Counts; lacks: string[] }>("/api/count", question, signal) : null;
    batch(() => {
      counts.value = made?.counts ?? null;
      lacks.value = made?.lacks ?? [];
      ask.value = null;
      trouble.value = "";
      if (!made) outcome.value = null;
      state.value = "current";
    });
    await turnTo(question, [null], signal);
    conditions.value = made ? (await post<{ conditions: Condition[] }>("/api/conditions", question, signal)).conditions : [];
  } catch (error) {
    if (signal.aborted || (error instanceof ApiError && error.isCancelled)) return;
    batch(() => {
      const detail = error instanceof ApiError ? (error.detail as { ask?: "decimal" | "dates" | null } | null) : null;
      ask.value = detail?.ask ?? null;
      trouble.value = said(error);
      state.value = "failed";
    });
  }
}

/** One page of records; of two that are on their way the one asked last is shown. */
let turns = 0;
async function turnTo(question: Question, past: Start[], signal: AbortSignal): Promise<void> {
  const turn = ++turns;
  const filter = { outcome: outcome.peek(), search: search.peek(), after: past.at(-1) ?? null, size: SIZE };
  const made = await post<Page>("/api/page", { ...question, ...filter }, signal);
  if (turn !== turns) return;
  batch(() => {
    page.value = made;
    starts.value = past;
  });
}

/** Another filter or another search: the first page of it, of the same rule. */
effect(() => {
  void [outcome.value, search.value];
  if (page.peek()) void go(() => [null]);
});

/** The page after the one shown, or the one before. */
export const next = (): Promise<void> => go(past => [...past, page.peek()?.next ?? null]);
export const previous = (): Promise<void> => go(past => past.slice(0, -1));
export const number = computed(() => starts.value.length);

async function go(change: (past: Start[]) => Start[]): Promise<void> {
  const now = question.peek();
  if (!now.data || now.rule === null) return;
  filtered.abort();
  const turn = (filtered = new AbortController());
  try {
    await turnTo({ ...now, run, window: window_ }, change(starts.peek()), turn.signal);
  } catch (error) {
    if (!turn.signal.aborted) trouble.value = said(error);
  }
}
