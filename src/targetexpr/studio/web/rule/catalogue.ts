// The whole schema as the language server tells it, in the event that was chosen, and finding in it.
import { computed, effect, signal } from "@preact/signals";
import { ask } from "../language";
import { connection, event, schema } from "../state";

export interface Entry {
  path: string; // "currentTxn.value", "currentTxn.basketSum"
  name: string; // "value", "basketSum(inventoryAttribute, attributeValue)"
  label: string;
  type: string;
  doc: string;
  values: string[];
  insert: string;
  profile: string; // empty for a method of values
}

export interface Section {
  name: string;
  label: string;
  doc: string;
  entries: Entry[];
}

interface Told {
  path: string;
  name: string;
  label: string;
  type: string;
  doc: string;
  insert: string;
  values?: string[]; // of an attribute
  signature?: string; // of a method: "(regex)"
  receiver?: string; // of a method of values: "string"
}

interface Answer {
  profiles: { name: string; label: string; doc: string; attributes: Told[]; methods: Told[] }[];
  functions: Told[];
}

export const sections = signal<Section[]>([]);
export const entries = computed(() => new Map(sections.value.flatMap(one => one.entries).map(one => [one.path, one])));

function toEntry({ path, name, label, type, doc, insert, values = [], signature }: Told, profile: string): Entry {
  return { path, name: name + (signature ?? ""), label, type, doc, insert, values, profile };
}

function toSections({ profiles, functions }: Answer): Section[] {
  const made = profiles.map(({ name, label, doc, attributes, methods }): Section => ({
    name, label, doc, entries: [...attributes, ...methods].map(one => toEntry(one, name)),
  }));
  const receivers = new Set(functions.map(one => one.receiver ?? ""));
  return made.concat([...receivers].map(receiver => ({
    name: `methods of ${receiver}`, label: "", doc: "",
    entries: functions.filter(one => (one.receiver ?? "") === receiver).map(one => toEntry(one, "")),
  })));
}

effect(() => {
  void [event.value, schema.value]; // another environment has another schema
  if (connection.value === "open") void load();
});

async function load(): Promise<void> {
  const answer = await ask<Answer>("targetexpr/catalogue");
  if (answer) sections.value = toSections(answer);
  else setTimeout(() => void load(), 500); // the rule was changed while the answer was made
}

/** The sections with the entries that have every word of the query, best first; all of them without a query. */
export function find(query: string, keep: (entry: Entry) => boolean = () => true): Section[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = sections.value.map(section => {
    const ranked = section.entries.filter(keep).flatMap(entry => {
      const rank = rankOf(entry, words);
      return rank === null ? [] : [{ entry, rank }];
    });
    if (words.length) ranked.sort((one, other) => one.rank - other.rank);
    return { ...section, entries: ranked.map(one => one.entry), best: ranked[0]?.rank ?? 9 };
  });
  const kept = found.filter(one => one.entries.length);
  return words.length ? kept.sort((one, other) => one.best - other.best) : kept;
}

/** How well an entry fits, the lower the better: by its name, its label or profile, its meaning; null if not at all. */
function rankOf({ name, path, label, doc, values }: Entry, words: string[]): number | null {
  const [inName, inPath, inDoc] = [name, `${path} ${label}`, `${doc} ${values.join(" ")}`].map(one => one.toLowerCase());
  let rank = 0;
  for (const word of words) {
    if (inName!.startsWith(word)) continue;
    if (inName!.includes(word)) rank = Math.max(rank, 1);
    else if (inPath!.includes(word)) rank = Math.max(rank, 2);
    else if (inDoc!.includes(word)) rank = Math.max(rank, 3);
    else return null;
  }
  return rank;
}
