// The editor of the rule: one view for all pages, one history for typing, fixes and rows.
import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { EditorSelection, EditorState } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder,
} from "@codemirror/view";
import { signal } from "@preact/signals";
import { painting } from "./explain/painting";
import { hoverKey } from "./hover_key";
import { language } from "./language";
import { diagnostics, remember, rule } from "./state";

export const canUndo = signal(false);
export const canRedo = signal(false);

let view: EditorView | null = null;

/** The editor itself, for what is painted on the rule; null before the page is there. */
export const editorView = () => view;

// ---- edits from outside

/** Another rule in place of this one, as one step of the history. */
export function setRule(text: string): void {
  if (!view) return;
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    userEvent: "input.replace",
    annotations: isolateHistory.of("full"),
  });
}

/** Insert at the cursor, in place of what is selected. */
export function insert(text: string): void {
  if (!view) return;
  const { from, to } = view.state.selection.main;
  view.dispatch({
    changes: { from, to, insert: text },
    selection: EditorSelection.cursor(from + text.length),
    userEvent: "input.insert",
    annotations: isolateHistory.of("full"),
    scrollIntoView: true,
  });
  view.focus();
}

/** Show a part of the rule by selecting it. */
export function select(from: number, to: number): void {
  view?.dispatch({ selection: EditorSelection.range(from, to), scrollIntoView: true });
  view?.focus();
}

/** Take back the last change of the rule, whether it was typed or made by a row. */
export const undoRule = () => view !== null && undo(view);
export const redoRule = () => view !== null && redo(view);

/** The first fix of what is wrong at the cursor. */
function fixHere({ state }: EditorView): boolean {
  const at = state.selection.main.head;
  const fix = diagnostics.value.find(one => one.fixes.length && one.from <= at && at <= one.to)?.fixes[0];
  fix?.apply();
  return fix !== undefined;
}

/** The editor in a place of the page. It lives as long as the page. */
export function createEditor(parent: HTMLElement): void {
  view = new EditorView({
    parent,
    doc: rule.value,
    extensions: [
      lineNumbers(),
      history(),
      highlightSpecialChars(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      EditorState.allowMultipleSelections.of(false),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Rule", spellcheck: "false" }),
      placeholder("Write a rule, for example currentTxn.value > 500"),
      keymap.of([
        { key: "Tab", run: acceptCompletion }, // without a list open, Tab leaves the editor
        { key: "Mod-.", run: fixHere },
        { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
        ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap,
      ]),
      hoverKey(),
      language(),
      painting,
      EditorView.updateListener.of(update => {
        canUndo.value = undoDepth(update.state) > 0;
        canRedo.value = redoDepth(update.state) > 0;
        if (!update.docChanged) return;
        rule.value = update.state.doc.toString();
        remember({ rule: rule.value });
      }),
    ],
  });
}
