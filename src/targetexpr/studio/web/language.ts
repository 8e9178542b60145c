// The language server behind the editor, on a WebSocket: connecting and connecting again, colours, diagnostics with
// their fixes, and the questions that rows, reading and JSON come from. The rest is lsp-client's.
import { autocompletion } from "@codemirror/autocomplete";
import { isolateHistory } from "@codemirror/commands";
import { hoverTooltips, LSPClient, LSPPlugin, serverCompletionSource, showSignatureHelp, signatureHelp, type Transport } from "@codemirror/lsp-client";
import { setDiagnostics } from "@codemirror/lint";
import { type Extension, StateEffect, StateField, type Text, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { signal } from "@preact/signals";
import type * as lsp from "vscode-languageserver-protocol";
import { token } from "./api";
import { toSafeHtml } from "./safe_html";
import { withoutTicks } from "./sentence";
import { checkedText, connection, type Diagnostic, diagnostics, errors, event, type Fix, reading, schema, session, tell, type } from "./state";

export const URI = "studio:///rule.rule";
const document_ = { uri: URI };
const PAUSE = 60; // ms without a change until the text is checked: keys that come at once are one change
const LONG_PAUSE = 400; // of a long text
const LONG = 20_000; // characters
const FIX_ALL = "source.fixAll.targetexpr";

/** What rows, JSON and the like show: asked for anew whenever the text or the environment is another. */
export const revision = signal(0);
/** Applies all safe fixes; null where there is none. */
export const fixAll = signal<(() => Promise<void>) | null>(null);

// ---- the socket

function transport(): Transport & { close: () => void } {
  const handlers = new Set<(message: string) => void>();
  const waiting: string[] = [];
  const socket = new WebSocket(`ws://${location.host}/lsp`, ["targetexpr", `token.${token}`]);
  socket.onmessage = message => handlers.forEach(handler => handler(String(message.data)));
  socket.onopen = () => waiting.splice(0).forEach(message => socket.send(message));
  socket.onclose = () => lost();
  return {
    send: message => void (socket.readyState === WebSocket.OPEN ? socket.send(message) : waiting.push(message)),
    subscribe: handler => void handlers.add(handler),
    unsubscribe: handler => void handlers.delete(handler),
    close: () => socket.close(),
  };
}

/** The text has changed meanwhile, or the question was taken back: no answer comes, and none is needed. */
const isOutdated = (error: unknown) => [-32801, -32800].includes((error as { code?: number } | null)?.code ?? 0);

class Client extends LSPClient {
  private readonly waiting = new Set<() => void>();

  /** The answer; null where none comes any more. */
  override request<Params, Result>(method: string, params: Params): Promise<Result> {
    return new Promise((resolve, reject) => {
      const giveUp = () => resolve(null as Result);
      this.waiting.add(giveUp);
      super
        .request<Params, Result>(method, params)
        .then(resolve, (error: unknown) => (isOutdated(error) ? giveUp() : reject(error)))
        .finally(() => this.waiting.delete(giveUp));
    });
  }

  override disconnect(): void {
    super.disconnect();
    this.waiting.forEach(giveUp => giveUp());
    this.waiting.clear();
  }
}

const client = new Client({
  timeout: 60_000,
  sanitizeHTML: toSafeHtml,
  extensions: [
    autocompletion({ override: [serverCompletionSource], interactionDelay: 0 }), // else Tab leaves a list that just came
    hoverTooltips({ hoverTime: 250 }),
    signatureHelp(),
    {
      clientCapabilities: {
        textDocument: { codeAction: { resolveSupport: { properties: ["edit"] }, dataSupport: true } },
      },
    },
  ],
  notificationHandlers: {
    "window/showMessage": (_, { message }: lsp.ShowMessageParams) => {
      tell(message, { isError: true });
      return true;
    },
  },
});

let attempts = 0;

function connect(): void {
  client.connect(transport());
  client.initializing.then(
    () => {
      attempts = 0;
      connection.value = "open";
      configure();
      if (view) void view.plugin(following)?.colour(view);
    },
    () => undefined, // the socket was closed: it is told by `lost`
  );
}

function lost(): void {
  connection.value = attempts < 2 ? "connecting" : "lost"; // a break that is over at once is no news
  client.disconnect();
  setTimeout(connect, Math.min(5000, 250 * 2 ** attempts++));
}

/** Event and schema of the environment in which the rule is checked. */
export function configure(): void {
  if (connection.value !== "open") return;
  const isFirst = schema.value === session.value?.schema; // the one of the start, which is read again when it changes
  const settings = { targetexpr: { event: event.value, schema: isFirst ? null : schema.value } };
  client.notification("workspace/didChangeConfiguration", { settings });
  if (view) void refresh(view);
}

/** Ask the server about the text that stands in the editor now; null where there is no answer about it. */
export function ask<T>(method: string, params: object = {}): Promise<T | null> {
  client.sync();
  return client.request<object, T | null>(method, { textDocument: document_, ...params });
}

// ---- edits

function toChanges(edits: readonly lsp.TextEdit[], text: Text) {
  const at = ({ line, character }: lsp.Position) => text.line(line + 1).from + character;
  return edits.map(({ range, newText }) => ({ from: at(range.start), to: at(range.end), insert: newText }));
}

/** Edits of the server as one step of the editor's history. Nothing happens if the text is no longer `text`. */
export function applyEdits(edits: readonly lsp.TextEdit[], text: Text, userEvent: string): boolean {
  if (!view || view.state.doc !== text || !edits.length) return false;
  view.dispatch({ changes: toChanges(edits, text), userEvent, annotations: isolateHistory.of("full") });
  return true;
}

const wholeOf = (text: Text): lsp.Range => ({
  start: { line: 0, character: 0 },
  end: { line: text.lines - 1, character: text.line(text.lines).length },
});

const editsOf = (edit: lsp.WorkspaceEdit | undefined) => edit?.changes?.[URI] ?? [];

/** The text of the editor that questions are about: an answer is worth something as long as it is the same. */
export const currentText = (): Text | undefined => view?.state.doc;

// ---- diagnostics, and what else is known of the text

let turn = 0;

async function refresh(about: EditorView): Promise<void> {
  const mine = ++turn, text = about.state.doc;
  const isStale = () => mine !== turn || about.state.doc !== text;
  const only = ["quickfix", FIX_ALL];
  const [report, said] = await Promise.all([
    ask<lsp.DocumentDiagnosticReport>("textDocument/diagnostic"),
    ask<{ text: string; type: string }>("targetexpr/reading"),
  ]);
  if (isStale() || report?.kind !== "full") return;
  const actions = report.items.length
    ? await ask<lsp.CodeAction[]>("textDocument/codeAction", { range: wholeOf(text), context: { diagnostics: report.items, only } })
    : [];
  if (isStale()) return;
  const isEmpty = !text.toString().trim(); // nothing is wrong before something is written
  const found = isEmpty ? [] : report.items.map(one => toDiagnostic(one, actions ?? [], text));
  const all = actions?.find(one => one.kind === FIX_ALL);
  fixAll.value = all ? () => resolve(all, text) : null;
  reading.value = said?.text ?? null;
  type.value = said?.type ?? null;
  diagnostics.value = found;
  checkedText.value = text.toString();
  revision.value++;
  about.dispatch(
    setDiagnostics(about.state, found.map(({ from, to, severity, message, hint, fixes }) => ({
      from, to, severity, message: withoutTicks(hint ? `${message}\n${hint}` : message),
      actions: fixes.map(({ title, apply }) => ({ name: withoutTicks(title), apply })),
    }))),
  );
}

function toDiagnostic(one: lsp.Diagnostic, actions: lsp.CodeAction[], text: Text): Diagnostic {
  const [span] = toChanges([{ range: one.range, newText: "" }], text);
  const [message = "", ...hint] = (typeof one.message === "string" ? one.message : one.message.value).split("\n");
  const isSame = (other: lsp.Diagnostic) => other.code === one.code && JSON.stringify(other.range) === JSON.stringify(one.range);
  const fixes = actions.filter(action => action.diagnostics?.some(isSame)).map((action): Fix => ({
    title: action.title,
    preferred: action.isPreferred ?? false,
    apply: () => void applyEdits(editsOf(action.edit), text, "input.fix"),
  }));
  const severity = one.severity === 1 ? "error" : "warning";
  return { from: span!.from, to: span!.to, severity, code: String(one.code ?? ""), message, hint: hint.join("\n"), fixes };
}

async function resolve(action: lsp.CodeAction, text: Text): Promise<void> {
  const made = await client.request<lsp.CodeAction, lsp.CodeAction>("codeAction/resolve", action);
  applyEdits(editsOf(made.edit), text, "input.fix");
}

/** Lay the rule out to be read or, if it is already, to be stored. */
export async function layOut(): Promise<void> {
  const text = currentText();
  if (!text) return;
  const actions = await ask<lsp.CodeAction[]>("textDocument/codeAction", {
    range: wholeOf(text),
    context: { diagnostics: [], only: ["refactor.rewrite"] },
  });
  const action = actions?.at(-1); // with blanks and lines, unless it has them
  if (action) applyEdits(editsOf(action.edit), text, "format");
  else tell(errors.value ? "A rule with errors cannot be laid out." : "The rule is laid out already.");
}

// ---- colours

const setColours = StateEffect.define<DecorationSet>();
const colours = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setColours)) return effect.value;
    return value.map(transaction.changes);
  },
  provide: field => EditorView.decorations.from(field),
});

function toColours({ data }: lsp.SemanticTokens, text: Text): DecorationSet {
  const kinds = client.serverCapabilities?.semanticTokensProvider?.legend.tokenTypes ?? [];
  const made = [];
  for (let i = 0, line = 0, start = 0; i < data.length; i += 5) {
    start = data[i] ? data[i + 1]! : start + data[i + 1]!;
    line += data[i]!;
    const from = text.line(line + 1).from + start;
    made.push(Decoration.mark({ class: `tok-${kinds[data[i + 3]!]}` }).range(from, from + data[i + 2]!));
  }
  return Decoration.set(made);
}

let view: EditorView | null = null;

/** Whether a parenthesis or comma was typed, or a call was taken from what is offered: its signature is shown. */
function isCallBegun(transaction: Transaction): boolean {
  if (!transaction.isUserEvent("input.type") && !transaction.isUserEvent("input.complete")) return false;
  let isCall = false;
  transaction.changes.iterChanges((_from, _to, _start, _end, inserted) => (isCall ||= /[(,]/.test(inserted.toString())));
  return isCall;
}

/** Asks after each change: for colours at once, for all else after a pause. */
const following = ViewPlugin.fromClass(
  class {
    private pause = 0;
    private isAsking = false;

    constructor(about: EditorView) {
      view = about;
      queueMicrotask(() => void this.colour(about));
      if (connection.value === "open") queueMicrotask(() => void refresh(about));
    }

    update(update: ViewUpdate): void {
      if (!update.docChanged) return;
      const { view: about } = update;
      const isCall = update.transactions.some(one => isCallBegun(one));
      clearTimeout(this.pause);
      this.pause = setTimeout(() => {
        void refresh(about);
        if (isCall) showSignatureHelp(about);
      }, about.state.doc.length > LONG ? LONG_PAUSE : PAUSE);
      queueMicrotask(() => void this.colour(about));
    }

    destroy(): void {
      clearTimeout(this.pause);
      view = null;
    }

    /** One question at a time: what was typed while it was answered is asked about afterwards. */
    async colour(about: EditorView): Promise<void> {
      if (this.isAsking || !LSPPlugin.get(about)) return;
      this.isAsking = true;
      const text = about.state.doc;
      try {
        const tokens = await ask<lsp.SemanticTokens>("textDocument/semanticTokens/full");
        if (tokens && about.state.doc === text) about.dispatch({ effects: setColours.of(toColours(tokens, text)) });
      } finally {
        this.isAsking = false;
      }
      if (view === about && about.state.doc !== text) void this.colour(about);
    }
  },
);

/** The extension of the editor; the connection begins with it. */
export function language(): Extension {
  connect();
  return [client.plugin(URI, "targetexpr"), colours, following];
}
