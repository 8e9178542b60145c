// Copying, which browsers allow to pages of this machine, and the word that it happened.
import { tell } from "./state";

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    tell("The browser does not let this page copy. Select the text and copy it by hand.", { isError: true });
  }
}
