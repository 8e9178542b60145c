// The pages, and the parts that pages add to the head and to the line below the rule.
import type { FunctionComponent } from "preact";
import { CountsInShort } from "./records/counts";
import { Records } from "./records/records";
import { RulePage } from "./rule/page";
import { Share } from "./share";

export interface Page {
  id: string; // behind `#` in the address
  label: string;
  view: FunctionComponent;
}

export const pages: readonly Page[] = [
  { id: "rule", label: "Rule", view: RulePage },
  { id: "records", label: "Records", view: Records },
];

/** Buttons at the right of the head, on every page. */
export const headParts: readonly FunctionComponent[] = [Share];

/** What stands at the right of the line below the rule, on every page. */
export const statusParts: readonly FunctionComponent[] = [CountsInShort];
