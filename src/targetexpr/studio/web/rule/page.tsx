// The page of the rule: its conditions as rows or its JSON, what it says in plain English, and the palette beside them.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { errors, rule } from "../state";
import { askedText, conditions, follow, isCurrent } from "./conditions";
import { JsonTab } from "./json";
import { Palette } from "./palette";
import { Reading } from "./reading";
import { FirstRow, Rows } from "./rows";

type Tab = "conditions" | "json";
const tabs: readonly [Tab, string][] = [["conditions", "Conditions"], ["json", "JSON"]];
const tab = signal<Tab>("conditions");

export function RulePage() {
  return (
    <div class="columns">
      <section class="panel" aria-label="Parts of the rule">
        <div class="bar">
          <div class="tabs" role="tablist" aria-label="The rule as" onKeyDown={turn}>
            {tabs.map(([name, label]) => (
              <button
                type="button" role="tab" id={`tab-${name}`} aria-controls="tab-panel" aria-selected={tab.value === name}
                tabIndex={tab.value === name ? 0 : -1} onClick={() => (tab.value = name)}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
        <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab.value}`}>
          {tab.value === "json" ? <JsonTab /> : <Conditions />}
        </div>
      </section>
      <Palette />
    </div>
  );
}

function turn(event: KeyboardEvent): void {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  tab.value = tab.value === "json" ? "conditions" : "json";
  document.getElementById(`tab-${tab.value}`)?.focus();
}

function Conditions() {
  useEffect(follow, []);
  const found = conditions.value;
  if (!rule.value.trim()) return <FirstRow />;
  if (!found) return <p class="empty">{errors.value ? "The rows are there when the rule can be read." : "Reading the rule…"}</p>;
  return (
    <>
      {!isCurrent.value && <p class="stale">These rows are of the last text that could be read.</p>}
      <div class={isCurrent.value ? "rows" : "rows is-stale"} inert={!isCurrent.value} aria-busy={askedText.value !== rule.value}><Rows root={found.root} /></div>
      <Reading />
    </>
  );
}
