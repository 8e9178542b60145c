// What the page knows, as signals, and the work that is kept by the service so that reload and closing lose nothing.
import { computed, signal } from "@preact/signals";
import { ApiError, call } from "./api";

export interface Session {
  version: string;
  files?: DataSummary[]; // opened at the start
  tables: boolean;
  formats: string[];
  missing: string | null; // what to install for the other formats
  schemas: { id: string; name: string; events: EventSummary[] }[];
  schema: string; // that the page begins with
  event: string | null;
  timezone: string;
  warnings: string[];
  limits: { upload?: number; rule: number; work: number };
}

export interface EventSummary {
  name: string;
  doc: string;
}

export interface DataSummary {
  id: string;
  name: string;
  format: string;
  size: number;
  state: "reading" | "ready" | "failed" | "cancelled";
  read: number;
  total: number | null;
  records: number | null; // null while it is read
  errors: number | null;
  message: string | null; // why it could not be read
  profile: string | null; // that the records are plain dicts of
  proposedProfile?: string | null; // where the records name none
  found: string[]; // how it is written: "delimiter semicolon"
  counting: { done: number; total: number } | null;
}

/** A diagnostic of the rule's text; offsets count UTF-16 units, as the editor does. */
export interface Diagnostic {
  from: number;
  to: number;
  severity: "error" | "warning";
  code: string;
  message: string;
  hint: string;
  fixes: Fix[];
}

export interface Fix {
  title: string;
  preferred: boolean;
  apply: () => void;
}

/** What is kept between visits. Parts of the page keep what they like under names of their own. */
export interface Work {
  rule: string;
  event: string | null;
  schema: string | null;
  mapping?: Record<string, string | null>; // the path of each heading that was chosen by hand
  [name: string]: unknown;
}

export const session = signal<Session | null>(null);
export const work = signal<Work>({ rule: "", event: null, schema: null });

/** The rule as it stands in the editor. */
export const rule = signal("");
/** The text that `diagnostics` and `type` are about; null before the first answer. */
export const checkedText = signal<string | null>(null);
export const diagnostics = signal<Diagnostic[]>([]);
export const type = signal<string | null>(null);
export const reading = signal<string | null>(null);
export const event = signal<string | null>(null);
export const schema = signal<string | null>(null);

/** The events of the schema that was chosen. */
export const events = computed(() => session.value?.schemas.find(one => one.id === schema.value)?.events ?? []);

export const errors = computed(() => diagnostics.value.filter(one => one.severity === "error").length);
export const isChecked = computed(() => checkedText.value === rule.value);
/** The rule, if it is one without errors: what can be counted and explained. */
export const validRule = computed(() => (isChecked.value && !errors.value && rule.value.trim() ? rule.value : null));

/** The data set that is open. */
export const data = signal<DataSummary | null>(null);

export const connection = signal<"connecting" | "open" | "lost">("connecting");
/** A sentence for everybody, announced to screen readers as well; it goes by itself. */
export const notice = signal<{ text: string; isError: boolean } | null>(null);

let noticeTimer = 0;
export function tell(text: string, { isError = false } = {}): void {
  notice.value = { text, isError };
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => (notice.value = null), isError ? 9000 : 4000);
}

let saving = 0;
let unsaved = false;

/** Keep some of the work; it is written when nothing changed for a moment. */
export function remember(part: Partial<Work>): void {
  work.value = { ...work.value, ...part };
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(() => void write(), 300);
}

async function write(keepalive = false): Promise<void> {
  if (!unsaved) return;
  unsaved = false;
  clearTimeout(saving);
  try {
    await call("PUT", "/api/work", { body: work.value, keepalive });
  } catch (error) {
    unsaved = true;
    if (!keepalive && connection.value === "open") tell(said(error), { isError: true });
  }
}

addEventListener("pagehide", () => void write(true));
document.addEventListener("visibilitychange", () => void write(document.visibilityState === "hidden"));

/** What the service and the work of the last visit say. */
export async function load(): Promise<void> {
  const [about, kept] = await Promise.all([call<Session>("GET", "/api/session"), readWork()]);
  session.value = about;
  work.value = { ...work.value, ...kept };
  rule.value = typeof work.value.rule === "string" ? work.value.rule : "";
  schema.value = about.schemas.find(one => one.id === work.value.schema)?.id ?? about.schema;
  const wanted = about.event ?? work.value.event; // of the command line, or of the last visit
  event.value = events.value.some(one => one.name === wanted) ? wanted : null;
  data.value = about.files?.at(-1) ?? null;
  for (const warning of about.warnings) tell(warning, { isError: true });
}

/** The work of the last visit; work that cannot be read is told, and the page begins empty. */
async function readWork(): Promise<Partial<Work>> {
  try {
    return await call<Partial<Work>>("GET", "/api/work");
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    tell(error.message, { isError: true });
    return {};
  }
}

/** The sentence of an error. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);
}
