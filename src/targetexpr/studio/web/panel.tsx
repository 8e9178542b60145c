// The rule at the top of every page: in which event and schema it is checked, its text, its type or what is wrong.
import { useEffect, useRef } from "preact/hooks";
import { copy } from "./clipboard";
import { canRedo, canUndo, createEditor, redoRule, select, undoRule } from "./editor";
import { Icon, type IconName } from "./icons";
import { configure, fixAll, layOut } from "./language";
import { statusParts } from "./pages";
import { Sentence } from "./sentence";
import { checkedText, diagnostics, errors, event, events, isChecked, remember, rule, schema, session, type } from "./state";

export function RulePanel() {
  return (
    <section class="panel rule" aria-label="Rule">
      <Environment />
      <Editor />
      <Status />
      <Problems />
    </section>
  );
}

// Not made anew when something else of the page is: CodeMirror owns what is inside.
function Editor() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => createEditor(place.current!), []);
  return <div class="editor" ref={place} />;
}

function Tool({ label, icon, keys, disabled, run }: { label: string; icon: IconName; keys?: string; disabled?: boolean; run: () => unknown }) {
  return (
    <button type="button" class="tool" aria-label={label} title={keys ? `${label} (${keys})` : label} disabled={disabled} onClick={() => void run()}>
      <Icon name={icon} />
    </button>
  );
}

function Environment() {
  const schemas = session.value?.schemas ?? [];
  const doc = events.value.find(one => one.name === event.value)?.doc;
  return (
    <div class="bar">
      <label class="field">
        <span>Event</span>
        <select value={event.value ?? ""} title={doc} onChange={({ currentTarget }) => choose({ event: currentTarget.value || null })}>
          <option value="">any event</option>
          {events.value.map(({ name }) => <option>{name}</option>)}
        </select>
      </label>
      {schemas.length > 1 && (
        <label class="field">
          <span>Schema</span>
          <select value={schema.value ?? ""} onChange={({ currentTarget }) => choose({ schema: currentTarget.value })}>
            {schemas.map(({ id, name }) => <option value={id}>{name}</option>)}
          </select>
        </label>
      )}
      <div class="tools" role="group" aria-label="Text of the rule">
        <Tool label="Undo" icon="undo" keys="Ctrl+Z" disabled={!canUndo.value} run={undoRule} />
        <Tool label="Redo" icon="redo" keys="Ctrl+Y" disabled={!canRedo.value} run={redoRule} />
        <Tool label="Lay out" icon="layout" run={layOut} />
        <Tool label="Copy the rule" icon="copy" run={() => copy(rule.value, "Rule")} />
      </div>
    </div>
  );
}

function choose(part: { event?: string | null; schema?: string }): void {
  if (part.event !== undefined) event.value = part.event;
  if (part.schema !== undefined) schema.value = part.schema;
  if (!events.value.some(one => one.name === event.value)) event.value = null; // the other schema has no such event
  remember({ event: event.value, schema: schema.value });
  configure();
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function Verdict() {
  const warnings = diagnostics.value.length - errors.value;
  if (!rule.value.trim()) return <span class="verdict">No rule yet</span>;
  if (checkedText.value === null) return <span class="verdict">Checking…</span>;
  if (errors.value) {
    return <span class="verdict is-error"><Icon name="error" />{counted(errors.value, "error")}{warnings > 0 && `, ${counted(warnings, "warning")}`}</span>;
  }
  return (
    <>
      <span class="verdict is-valid"><Icon name="check" />Valid</span>
      {type.value && <span class="type" title="Type of the rule">{type.value}</span>}
      {warnings > 0 && <span class="verdict is-warning"><Icon name="warning" />{counted(warnings, "warning")}</span>}
    </>
  );
}

function Status() {
  return (
    <div class="status" aria-busy={!isChecked.value}>
      <div role="status" aria-live="polite" aria-label="Verdict on the rule"><Verdict /></div>
      {fixAll.value && <button type="button" class="small" title="Apply all safe fixes" onClick={() => void fixAll.value?.()}>Fix all</button>}
      {statusParts.map(Part => <Part />)}
    </div>
  );
}

function Problems() {
  if (!diagnostics.value.length) return null;
  return (
    <ul class="problems" aria-label="Problems of the rule">
      {diagnostics.value.map(({ from, to, severity, code, message, hint, fixes }) => (
        <li key={`${code} ${from}`} class={`is-${severity}`}>
          <Icon name={severity} />
          <div>
            <button type="button" class="plain" title={`${code}: show it in the rule`} onClick={() => select(from, to)}>
              <Sentence text={message} />{hint && <span class="hint"> <Sentence text={hint} /></span>}
            </button>
            {fixes.map(fix => <button type="button" class="small" onClick={fix.apply}><Sentence text={fix.title} /></button>)}
          </div>
        </li>
      ))}
    </ul>
  );
}
