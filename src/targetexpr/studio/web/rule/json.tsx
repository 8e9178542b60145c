// The rule as JSON, in the style of the platform's interface and in that of its editor.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { copy } from "../clipboard";
import { Icon } from "../icons";
import { ask, revision } from "../language";
import { errors } from "../state";

type Style = "compact" | "editor";
const styles: readonly [Style, string][] = [["compact", "Compact"], ["editor", "Editor"]];

export function JsonTab() {
  const answer = useSignal<Record<Style, string | null> | null>(null);
  const style = useSignal<Style>("compact");
  const now = revision.value;
  useEffect(() => {
    void ask<Record<Style, string | null>>("targetexpr/expressionJson").then(found => (answer.value = found));
  }, [now]);
  const text = answer.value?.[style.value] ?? "";
  return (
    <div class="json">
      <div class="json-head">
        <div class="switch" role="radiogroup" aria-label="Style of the JSON">
          {styles.map(([name, label]) => (
            <label><input type="radio" name="json-style" checked={style.value === name} onChange={() => (style.value = name)} />{label}</label>
          ))}
        </div>
        <button type="button" disabled={!text} onClick={() => void copy(text, "JSON")}><Icon name="copy" /> Copy</button>
      </div>
      {text ? <pre tabIndex={0} aria-label="expressionJson of the rule">{text.trim()}</pre>
        : <p class="empty">{absence(answer.value !== null)}</p>}
    </div>
  );
}

function absence(isRule: boolean): string {
  if (isRule) return "The rule is too large for JSON in this style.";
  return errors.value ? "The JSON is there when the rule is valid." : "There is no rule yet.";
}
