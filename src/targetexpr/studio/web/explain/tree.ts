// The parts of an explanation that are painted and listed: conditions, and the values that they read.
import type { Outcome, Part, Read } from "../records/answers";

/** What is painted as one: conditions, and whole parts that were not needed. In the order of the text. */
export function conditions(tree: Part): Part[] {
  return found(tree, part => part.state === "not needed" || part.role === "condition" || part.role === "value");
}

/** Where values are shown: behind what was read, in the conditions that were needed. */
export function values(condition: Part, reads: readonly Read[]): { end: number; text: string }[] {
  const [from, to] = condition.span;
  return reads.flatMap(({ spans, text }) => spans.filter(span => from <= span[0] && span[1] <= to).map(span => ({ end: span[1], text })));
}

export function outcomeOf(part: Part): Outcome | null {
  if (part.state === "not needed") return null;
  if (part.state === "undecided") return "error";
  return part.value === null ? "null" : part.value === false ? "no" : "yes";
}

/** What a part is, in a sentence. */
export function sentenceOf(part: Part): string {
  return part.state === "not needed" ? "not needed: other conditions decided" : (part.error ?? part.sentence ?? "");
}

/** The first parts on every way down that are `wanted`, without recursion: rules may be of any depth. */
function found(tree: Part, wanted: (part: Part) => boolean): Part[] {
  const out: Part[] = [];
  const waiting = [tree];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    if (wanted(part)) out.push(part);
    else waiting.push(...[...(part.operands ?? [])].reverse());
  }
  return out;
}
