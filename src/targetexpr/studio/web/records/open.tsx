// Opening data: a drop zone, progress with a way to cancel, what is open, and what to install for more formats.
import { useRef } from "preact/hooks";
import { Sentence } from "../sentence";
import { data, session } from "../state";
import { bytes, close, columns, failure, files, follow, open, records, reread, sending } from "./data";
import { Trouble } from "./trouble";

const FORMATS = ".csv,.tsv,.xlsx,.json,.jsonl,.ndjson,.parquet,.arrow,.gz";

export function Open() {
  const busy = sending.value !== null || data.value?.state === "reading";
  return (
    <div class="open">
      {busy ? <Progress /> : data.value ? <Opened /> : <Zone />}
      <Trouble text={failure.value} />
    </div>
  );
}

function Chooser({ label, main }: { label: string; main?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={main ? "primary" : ""} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        id="data-file"
        accept={FORMATS}
        onChange={event => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = ""; // the same file again is a change as well
          if (file) void open(file);
        }}
      />
    </>
  );
}

function Zone() {
  const missing = session.value?.missing;
  return (
    <div class="zone">
      <p class="lead">
        <b>Drop the month’s bills here</b>, or <Chooser label="open a file…" main />
      </p>
      <p class="small">
        {missing ? "JSON or JSON Lines" : "CSV, Excel, JSON Lines, JSON or Parquet"}. Records stay on this computer.
      </p>
      {missing && (
        <p class="small">
          <Sentence text={missing} />
        </p>
      )}
    </div>
  );
}

/** Records that name no profile are plain dicts of one: which, is proposed and can be chosen. */
function Profile() {
  const found = columns.value;
  const proposed = data.value?.proposedProfile;
  if (!found || (found.profile === null && !proposed)) return null;
  return (
    <span class="field">
     <label class="field">
      <span>Each record is a</span>
      <select value={found.profile ?? ""} onChange={event => void reread({ profile: event.currentTarget.value || null })}>
        <option value="">record with profiles</option>
        {found.profiles.map(one => (
          <option key={one}>{one}</option>
        ))}
      </select>
     </label>
      {found.profile === null && proposed && <button onClick={() => void reread({ profile: proposed })}>Read as {proposed}</button>}
    </span>
  );
}

function Progress() {
  const going = sending.value;
  const reads = data.value;
  const [name, at, of] = going ? [going.name, going.sent, going.size] : [reads?.name ?? "", reads?.read ?? 0, reads?.total];
  const text = going ? `Opening ${name}` : `Reading ${name}`;
  return (
    <div class="bar panel opened">
      <label class="progress">
        <span>{text}</span> <progress max={of ?? undefined} value={of ? at : undefined} />
        <span class="small">{of ? `${bytes(at)} of ${bytes(of)}` : bytes(at)}</span>
      </label>
      <button onClick={() => (going ? going.cancel() : void close())}>Cancel</button>
    </div>
  );
}

function Opened() {
  const now = data.value;
  if (!now) return null;
  const several = files.value.length > 1;
  return (
    <div class="bar panel opened">
      {several ? (
        <select aria-label="Data" value={now.id} onChange={event => void follow(event.currentTarget.value)}>
          {files.value.map(one => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      ) : (
        <span class="name">{now.name}</span>
      )}
      <span class="small">{[records(now), bytes(now.size), ...now.found].join(" · ")}</span>
      <Profile />
      <Chooser label="Open another…" />
      <button class="quiet end" onClick={() => void close()} aria-label={`Close ${now.name}`} title="Close">
        ✕
      </button>
    </div>
  );
}
