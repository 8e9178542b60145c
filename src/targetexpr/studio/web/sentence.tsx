// Sentences of the service: what stands between backticks in them is code.

export function Sentence({ text }: { text: string }) {
  return <>{text.split("`").map((part, at) => (at % 2 ? <code>{part}</code> : part))}</>;
}

/** The same where only text is possible. */
export const withoutTicks = (text: string) => text.replaceAll("`", "");
