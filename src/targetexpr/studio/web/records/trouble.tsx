// What went wrong, said where it happened and to screen readers as well.
import { Sentence } from "../sentence";

export function Trouble({ text }: { text: string }) {
  return text ? (
    <p class="trouble" role="alert">
      <Sentence text={text} />
    </p>
  ) : null;
}
