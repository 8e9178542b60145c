// What the server answers about data, counts, pages and explanations.

/** What became of a rule for one record, as the page says it. */
export type Outcome = "yes" | "no" | "null" | "error";

export const OUTCOMES: readonly Outcome[] = ["yes", "no", "null", "error"];

/** Told apart without colour: a sign and a word each. */
export const SIGNS: Record<Outcome, string> = { yes: "✓", no: "✗", null: "∅", error: "!" };

/** A span of the rule's text in UTF-16 units, the end not included. */
export type Span = [number, number];

/** How a file is read, where it can be read in two ways. */
export interface Reading {
  decimal?: "point" | "comma";
  dates?: "day-first" | "month-first";
}

/** What the columns of a table are in a record; JSON has none, and may be of one profile as well. */
export interface Columns {
  columns: Column[];
  profile: string | null;
  profiles: string[];
  read: Reading;
}

export interface Column {
  heading: string;
  kind: string | null;
  samples: unknown[];
  path: string | null;
  proposals: string[];
  reason: string | null;
}

export interface Counts {
  records: number;
  yes: number;
  no: number;
  null: number;
  errors: number;
}

export interface Condition {
  text: string;
  span: Span;
  rejects: number;
  missing: number;
  only: number;
}

export interface Row {
  number: number;
  place: string;
  outcome: Outcome | null; // null without a rule
  own: Record<string, unknown>;
  values: Record<string, unknown>;
  error: string | null;
}

export interface Page {
  columns: string[]; // paths that the rule reads
  own: string[]; // headings of what else the records have
  rows: Row[];
  total: number; // records that fit the filter and the search
  next: number | null; // where the page after this one begins
}

/** Lines of the data that could not be read. */
export interface Problems {
  total: number;
  rows: { line: number; place: string; message: string }[];
}

/** One part of an explanation; `operands` are what it is made of. */
export interface Part {
  text: string;
  span: Span;
  role: "all" | "any" | "not" | "choice" | "condition" | "value";
  state: "evaluated" | "not needed" | "undecided";
  value: unknown;
  error?: string;
  sentence?: string;
  decided_by?: number[];
  operands?: Part[];
}

export interface Read {
  path: string;
  spans: Span[];
  value: unknown;
  text: string; // "320", "missing"
}

export interface NearMiss {
  path: string;
  value: string;
  wanted: string;
  kind: "case" | "blanks" | "accents";
  message: string;
}

export interface Explained {
  outcome: Outcome;
  tree: Part;
  change: string;
  reads: Read[];
  near: NearMiss[];
  record: Record<string, unknown>;
  paths: { path: string; pointer: string }[]; // of the members that a rule can name, and where they stand
  changed: string[];
}

/** A record that cannot be read has nothing to explain but why. */
export interface Unreadable {
  outcome: "error";
  tree: null;
  message: string;
}
