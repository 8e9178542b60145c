// JSON whose numbers keep the digits they were written with: amounts of records must not be rounded by the page.

import { send } from "../api";

/** Ask the service; numbers of its answer are as it wrote them. */
export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return parseExact(await (await send("POST", path, { body, signal })).text()) as T;
}

/** A number that JavaScript would round, as it was written. */
export class Exact {
  constructor(readonly source: string) {}

  toJSON(): unknown {
    return rawJSON ? rawJSON(this.source) : Number(this.source);
  }
}

const rawJSON = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON;

/** Like `JSON.parse`, with an `Exact` for every number that it would change. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, context?: { source?: string }) {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && String(value) !== source ? new Exact(source) : value;
  } as (key: string, value: unknown) => unknown);
}

/** A value of a record as people see it, on one line. */
export function shown(value: unknown, longest = 60): string {
  return cut(value instanceof Exact ? value.source : (JSON.stringify(value) ?? ""), longest);
}

/** A text that is not longer than this, no character cut in two. */
export function cut(text: string, longest = 60): string {
  const chars = [...text];
  return chars.length > longest ? `${chars.slice(0, longest - 1).join("")}…` : text;
}
