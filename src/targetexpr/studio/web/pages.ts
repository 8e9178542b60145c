// The pages, and the parts that pages add to the head and to the line below the rule.
import type { FunctionComponent } from "preact";
import { RulePage } from "./rule/page";

export interface Page {
  id: string; // behind `#` in the address
  label: string;
  view: FunctionComponent;
}

export const pages: readonly Page[] = [{ id: "rule", label: "Rule", view: RulePage }];

/** Buttons at the right of the head, on every page. */
export const headParts: readonly FunctionComponent[] = [];

/** What stands at the right of the line below the rule, on every page. */
export const statusParts: readonly FunctionComponent[] = [];
