// Sharing: the rule, its event and schema, what columns mean and the record shown, as one file that another studio opens.
import { useEffect, useRef, useState } from "preact/hooks";
import { save } from "./api";
import { setRule } from "./editor";
import { changes, choose, chosen, explained } from "./explain/explained";
import { configure } from "./language";
import { parseExact } from "./records/exact";
import { open } from "./records/data";
import { event, remember, rule, said, schema, session, tell, work } from "./state";

const KIND = "targetexpr-studio";
const VERSION = 1;
const MOST = 2_000_000; // bytes of a shared file

interface Shared {
  rule: string;
  event: string | null;
  schema: { id: string; name: string } | null;
  mapping: Record<string, string | null>;
  record: Record<string, unknown> | null;
}

/** What is shared: the record only while one is shown, and with the values that were changed on trial. */
function shared(): Shared {
  const known = session.peek()?.schemas.find(one => one.id === schema.peek());
  return {
    rule: rule.peek(),
    event: event.peek(),
    schema: known ? { id: known.id, name: known.name } : null,
    mapping: work.peek().mapping ?? {},
    record: chosen.peek() && explained.peek() ? (explained.peek()?.record ?? null) : null,
  };
}

export function Share() {
  const input = useRef<HTMLInputElement>(null);
  const withRecord = chosen.value !== null && explained.value !== null;
  return (
    <>
      <button onClick={write} title={withRecord ? "Save rule, columns and the record shown as one file" : "Save rule and columns as one file"}>
        Share
      </button>
      <button onClick={() => input.current?.click()} title="Open a shared file, or data (or drop it anywhere)">
        Open…
      </button>
      <input
        ref={input}
        type="file"
        hidden
        id="any-file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = "";
          if (file) void openAny(file);
        }}
      />
      <Drop />
    </>
  );
}

function write(): void {
  const content = JSON.stringify({ kind: KIND, version: VERSION, ...shared() }, null, 2);
  save(new Blob([`${content}\n`], { type: "application/json" }), "rule.targetexpr.json");
  tell(Object.keys(changes.peek()).length ? "Saved with the values as you changed them" : "Saved as one file; open it in another studio");
}

/** Take over what was shared; a file that is something else is refused with the reason. */
async function openShared(file: File): Promise<void> {
  try {
    take(read(file.size <= MOST ? await file.text() : "", file.name));
  } catch (error) {
    tell(said(error), { isError: true });
  }
}

function take(from: Shared): void {
  setRule(from.rule);
  const known = session.peek()?.schemas.find(one => one.id === from.schema?.id);
  event.value = from.event;
  if (known) schema.value = known.id;
  remember({ event: event.peek(), schema: schema.peek(), mapping: { ...work.peek().mapping, ...from.mapping } });
  configure();
  if (from.record) {
    choose({ record: from.record });
    location.hash = "#records";
  }
  if (from.schema && !known) tell(`The rule was written for the schema “${from.schema.name}”, which is not open here. Start the studio with --schema.`, { isError: true });
  else tell("Opened; Undo brings your rule back");
}

/** A shared file, each member checked: it may come from anybody. Raises Error with what is wrong. */
function read(text: string, name: string): Shared {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    throw new Error(`${name} is not a file that was shared from a studio: it is not valid JSON.`);
  }
  if (!isObject(value) || value.kind !== KIND) throw new Error(`${name} is not a file that was shared from a studio.`);
  if (value.version !== VERSION) throw new Error(`${name} was shared from a newer studio (version ${String(value.version)}). Update targetexpr to open it.`);
  const { rule: text_, event: name_ = null, schema: about = null, mapping = {}, record = null } = value;
  const wrong = (member: string, wanted: string) => new Error(`${name} cannot be opened: \`${member}\` must be ${wanted}.`);
  if (typeof text_ !== "string") throw wrong("rule", "a string");
  if (name_ !== null && typeof name_ !== "string") throw wrong("event", "a string or null");
  if (about !== null && !(isObject(about) && typeof about.id === "string" && typeof about.name === "string")) throw wrong("schema", "an object with `id` and `name`, or null");
  if (!isObject(mapping) || !Object.values(mapping).every(one => one === null || typeof one === "string")) throw wrong("mapping", "an object of paths");
  if (record !== null && !isObject(record)) throw wrong("record", "an object or null");
  return { rule: text_, event: name_, schema: about as Shared["schema"], mapping: mapping as Shared["mapping"], record };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file can be dropped anywhere on the page. */
function Drop() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0; // each element that is entered and left tells so
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const on: Record<string, (event: DragEvent) => void> = {
      dragenter: event => hasFiles(event) && setOver(++depth > 0),
      dragleave: event => hasFiles(event) && setOver(--depth > 0),
      dragover: event => hasFiles(event) && event.preventDefault(),
      drop: event => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver((depth = 0) > 0);
        void openAll([...(event.dataTransfer?.files ?? [])]);
      },
    };
    for (const [name, run] of Object.entries(on)) addEventListener(name, run as EventListener);
    return () => {
      for (const [name, run] of Object.entries(on)) removeEventListener(name, run as EventListener);
    };
  }, []);
  return over ? <div class="drop-here">Drop to open: data, or a shared rule</div> : null;
}

/** One after the other; the last one is what is shown. */
async function openAll(files: File[]): Promise<void> {
  for (const file of files) await openAny(file);
}

/** A shared file is taken over, any other is data. */
async function openAny(file: File): Promise<void> {
  if (await isShared(file)) return openShared(file);
  location.hash = "#records";
  await open(file);
}

async function isShared(file: File): Promise<boolean> {
  if (!/\.json$/i.test(file.name) || file.size > MOST) return false;
  try {
    const value: unknown = JSON.parse(await file.text());
    return isObject(value) && value.kind === KIND;
  } catch {
    return false;
  }
}
