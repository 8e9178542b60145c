// The page of the rule itself: its conditions as rows, and as JSON.
export function RulePage() {
  return <p>rows</p>;
}
