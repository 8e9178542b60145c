// The whole schema as the language server tells it, in the event that was chosen, and finding in it.
import { computed, effect, signal } from "@preact/signals";
import { ask } from "../language";
import { connection, event, schema } from "../state";

export interface Entry {
  path: string; // "currentTxn.value", "currentTxn.basketSum"
  name: string; // "value"
  label: string;
  type: string;
  doc: string;
  values: string[];
  insert: string;
  profile: string;
  isMethod: boolean;
  isDeprecated: boolean;
}

export interface Section {
  name: string;
  label: string;
  doc: string;
  entries: Entry[];
}

interface Answer {
  profiles: {
    name: string;
    label: string;
    doc: string;
    attributes: { path: string; label: string; type: string; doc: string; values?: string[]; deprecated?: unknown; insert: string }[];
    methods: { name: string; path?: string; signature: string; label?: string; doc: string; type: string; insert: string; deprecated?: unknown }[];
  }[];
  functions: { name: string; signature: string; doc: string; type: string; insert: string }[];
}

export const sections = signal<Section[]>([]);
export const entries = computed(() => new Map(sections.value.flatMap(one => one.entries).map(one => [one.path, one])));

function toSections({ profiles, functions }: Answer): Section[] {
  const made = profiles.map(({ name, label, doc, attributes, methods }): Section => ({
    name, label, doc,
    entries: [
      ...attributes.map((one): Entry => ({
        path: one.path, name: one.path.slice(name.length + 1), label: one.label, type: one.type, doc: one.doc,
        values: one.values ?? [], insert: one.insert, profile: name, isMethod: false, isDeprecated: Boolean(one.deprecated),
      })),
      ...methods.map((one): Entry => ({
        path: `${name}.${one.name}`, name: one.signature, label: one.label ?? "", type: one.type, doc: one.doc,
        values: [], insert: one.insert, profile: name, isMethod: true, isDeprecated: Boolean(one.deprecated),
      })),
    ],
  }));
  if (!functions.length) return made;
  const entries = functions.map((one): Entry => ({
    path: one.name, name: one.signature, label: "", type: one.type, doc: one.doc, values: [], insert: one.insert,
    profile: "", isMethod: true, isDeprecated: false,
  }));
  return [...made, { name: "functions", label: "Methods of values", doc: "", entries }];
}

effect(() => {
  void [event.value, schema.value]; // another environment has another schema
  if (connection.value === "open") void load();
});

async function load(): Promise<void> {
  const answer = await ask<Answer>("targetexpr/catalogue");
  if (answer) sections.value = toSections(answer);
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
