// The data that is open: sent to the server with progress, followed while it is read, closed. Columns are remembered.
import { batch, effect, signal } from "@preact/signals";
import { ApiError, call, token } from "../api";
import { data, type DataSummary, remember, said, session, tell, work } from "../state";
import type { Columns, Problems, Reading } from "./answers";

/** How far the bytes of a file are on their way to the server. */
export interface Sending {
  name: string;
  sent: number;
  size: number;
  cancel: () => void;
}

export const sending = signal<Sending | null>(null);
export const files = signal<DataSummary[]>([]);
export const columns = signal<Columns | null>(null);
export const remembered = signal<ReadonlySet<string>>(new Set());
/** Why the data is not open, or a column was refused: a sentence. */
export const failure = signal("");
/** Grows when the same data reads differently, after a column became something else. */
export const reading = signal(0);

const POLL = 150;

/** The files named on the command line, or opened before the page was loaded anew. */
effect(() => {
  const known = session.value?.files;
  if (!known || files.peek().length) return;
  files.value = known;
  const last = known.at(-1);
  if (last) void follow(last.id);
});

/** Send a file to the server and follow it until it is read; what goes wrong is in `failure`. */
export async function open(file: File): Promise<void> {
  sending.peek()?.cancel();
  failure.value = "";
  const most = session.peek()?.limits.upload;
  if (most !== undefined && file.size > most) {
    failure.value = `${file.name} is larger than ${bytes(most)}. Start the studio with its path instead: targetexpr studio ${file.name}`;
    return;
  }
  try {
    const id = await send(file).finally(() => (sending.value = null));
    await follow(id);
  } catch (error) {
    failure.value = said(error);
  }
}

function send(file: File): Promise<string> {
  const query = new URLSearchParams({ name: file.name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells no progress of what it sends
    const state = (sent: number): void => {
      sending.value = { name: file.name, sent, size: file.size, cancel: () => request.abort() };
    };
    request.open("POST", `/api/data?${query}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = event => state(event.loaded);
    request.onabort = () => reject(new Error(`Opening ${file.name} was cancelled.`));
    request.onerror = () => reject(new Error("The studio does not answer. Is it still running?"));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && answer.id) resolve(answer.id);
      else reject(new Error(answer.error ?? `${file.name} was not opened (status ${request.status}).`));
    };
    state(0);
    request.send(file);
  });
}

function parsed(text: string): { id?: string; error?: string } {
  try {
    return JSON.parse(text) as { id?: string; error?: string };
  } catch {
    return {};
  }
}

/** Ends what is asked about the data that is shown, when other data is shown or none: it may be closed by then. */
let life = new AbortController();

/** Show the data and ask how far it is until all of it is read. */
export async function follow(id: string): Promise<void> {
  life.abort();
  const { signal } = (life = new AbortController());
  const ask = (): Promise<DataSummary> => call<DataSummary>("GET", `/api/data/${id}`, { signal });
  try {
    let state = await ask();
    batch(() => {
      columns.value = null;
      remembered.value = new Set();
      data.value = state;
    });
    while (state.state === "reading") {
      await new Promise(done => setTimeout(done, POLL));
      if (signal.aborted) return;
      data.value = state = await ask();
    }
    if (state.state === "failed" || state.state === "cancelled") {
      data.value = null;
      failure.value = state.message ?? `Opening ${state.name} was cancelled.`;
      return;
    }
    files.value = [...files.peek().filter(one => one.id !== id), state];
    tell(`${state.name}: ${records(state)}`);
    await loadColumns(id, signal);
  } catch (error) {
    if (!signal.aborted) failure.value = said(error); // closed in another window, perhaps
  }
}

/** Ask how far a count of the data is. */
export async function progress(id: string): Promise<void> {
  const { signal } = life;
  try {
    const now = await call<DataSummary>("GET", `/api/data/${id}`, { signal });
    if (data.peek()?.id === id) data.value = now;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Cancel what is being read, or close what is open. Nothing is asked about it any more before the server hears of it. */
export async function close(): Promise<void> {
  const open = data.peek();
  if (!open) return;
  life.abort();
  batch(() => {
    data.value = null;
    columns.value = null;
    files.value = files.peek().filter(one => one.id !== open.id);
    if (open.state === "reading") failure.value = `Opening ${open.name} was cancelled.`;
  });
  await call("DELETE", `/api/data/${open.id}`);
  const other = files.peek().at(-1);
  if (other && !data.peek()) await follow(other.id);
}

/** The columns of a table; those that were mapped by hand before are mapped the same again. */
async function loadColumns(id: string, signal: AbortSignal): Promise<void> {
  const found = await call<Columns>("GET", `/api/data/${id}/columns`, { signal });
  columns.value = found;
  const again = known(found).filter(one => mapped(found, one) !== (work.peek().mapping?.[one] ?? null));
  if (again.length && (await reread({}))) remembered.value = new Set(again);
}

/** The headings of which was said by hand what they are. */
const known = (found: Columns): string[] => found.columns.map(one => one.heading).filter(one => one in (work.peek().mapping ?? {}));
const mapped = (found: Columns, heading: string): string | null => found.columns.find(one => one.heading === heading)?.path ?? null;

/** Say what columns are; the data is read anew, and the choice is remembered. */
export async function remap(changed: Record<string, string | null>): Promise<void> {
  if (await reread({ mapping: changed })) remember({ mapping: { ...work.peek().mapping, ...changed } });
}

/** Read the data in another way: columns, the profile, what numbers and dates mean. Whether the server took it. */
export async function reread(how: { mapping?: Record<string, string | null>; profile?: string | null; read?: Reading }): Promise<boolean> {
  const id = data.peek()?.id;
  const before = columns.peek();
  const { signal } = life;
  if (!id || !before) return false;
  const kept = Object.fromEntries(known(before).map(one => [one, work.peek().mapping?.[one] ?? null]));
  const mapping = before.columns.length ? { mapping: { ...kept, ...how.mapping } } : {};
  try {
    const now = await call<Columns>("PUT", `/api/data/${id}/columns`, { body: { ...how, ...mapping }, signal });
    const summary = await call<DataSummary>("GET", `/api/data/${id}`, { signal });
    batch(() => {
      columns.value = now;
      data.value = summary;
      failure.value = "";
      reading.value += 1;
    });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof ApiError)) throw error;
    failure.value = error.message;
    return false;
  }
}

/** Lines that could not be read, from one of them on; null where the data was closed meanwhile. */
export async function problems(id: string, from: number): Promise<Problems | null> {
  const { signal } = life;
  try {
    return await call<Problems>("GET", `/api/data/${id}/problems?from=${from}`, { signal });
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

export const count = (number: number): string => number.toLocaleString("en");

export const records = ({ records: number }: DataSummary): string => `${count(number ?? 0)} ${number === 1 ? "record" : "records"}`;

export function bytes(size: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let at = 0;
  for (; size >= 1000 && at < 3; at += 1) size /= 1000;
  return `${size < 10 && at ? size.toFixed(1) : Math.round(size)} ${units[at]}`;
}
