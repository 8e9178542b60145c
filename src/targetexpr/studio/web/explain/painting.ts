// An explanation painted on the rule in the editor: outcomes of conditions, values read, and the condition pointed at.
import { type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import { type Explained, SIGNS, type Span } from "../records/answers";
import { cut } from "../records/exact";
import { conditions, outcomeOf, sentenceOf, values } from "./tree";

class Label extends WidgetType {
  constructor(
    readonly text: string,
    readonly name: string,
  ) {
    super();
  }

  override eq(other: Label): boolean {
    return other.text === this.text && other.name === this.name;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = this.name;
    element.textContent = this.text;
    element.setAttribute("aria-hidden", "true"); // the panel beside it says the same in words
    return element;
  }
}

const setPaint = StateEffect.define<DecorationSet>();

/** What the editor needs to be painted on. The paint is about one text: it goes with the next change. */
export const painting = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setPaint)) return effect.value;
    return transaction.docChanged ? Decoration.none : value;
  },
  provide: field => EditorView.decorations.from(field),
});

/** Paint an explanation of the text that the editor shows, and outline the condition that is pointed at. */
export function paint(view: EditorView, explained: Explained | null, pointed: Span | null): void {
  const made = explained ? marks(explained) : [];
  const isInside = pointed && pointed[0] < pointed[1] && pointed[1] <= view.state.doc.length;
  if (isInside) made.push(Decoration.mark({ class: "x-pointed" }).range(...pointed));
  view.dispatch({ effects: setPaint.of(Decoration.set(made, true)) });
}

function marks({ tree, reads }: Explained): Range<Decoration>[] {
  return conditions(tree).flatMap(part => {
    const [from, to] = part.span;
    const outcome = outcomeOf(part);
    const name = part.role === "value" ? "x-plain" : `x-${outcome ?? "skipped"}`;
    const made = [Decoration.mark({ class: name, attributes: { title: sentenceOf(part) } }).range(from, to)];
    if (!outcome) return made;
    if (part.role !== "value") made.push(Decoration.widget({ widget: new Label(SIGNS[outcome], `x-sign x-sign-${outcome}`), side: -1 }).range(from));
    for (const read of values(part, reads)) {
      made.push(Decoration.widget({ widget: new Label(cut(read.text), "x-value"), side: 1 }).range(read.end));
    }
    return made;
  });
}
