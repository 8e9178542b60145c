// What the pointer shows of a word, for the keyboard: F1 tells the type and meaning of what the cursor is in.
import { LSPPlugin } from "@codemirror/lsp-client";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { ask } from "./language";

const setTip = StateEffect.define<Tooltip | null>();
const tip = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTip)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: field => showTooltip.from(field),
});

async function show(view: EditorView): Promise<void> {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return;
  const { doc, selection } = view.state, pos = selection.main.head;
  const found = await ask<lsp.Hover>("textDocument/hover", { position: plugin.toPosition(pos) });
  if (!found || view.state.doc !== doc || typeof found.contents !== "object" || !("kind" in found.contents)) return;
  const html = plugin.docToHTML(found.contents);
  const create = () => {
    const dom = document.createElement("div");
    dom.className = "cm-tooltip-hover cm-lsp-hover-tooltip cm-lsp-documentation";
    dom.setAttribute("role", "status");
    dom.innerHTML = html;
    return { dom };
  };
  view.dispatch({ effects: setTip.of({ pos, above: false, create }) });
}

function hide(view: EditorView): boolean {
  if (!view.state.field(tip)) return false;
  view.dispatch({ effects: setTip.of(null) });
  return true;
}

export function hoverKey(): Extension {
  return [tip, keymap.of([{ key: "F1", run: view => (void show(view), true) }, { key: "Escape", run: hide }])];
}
