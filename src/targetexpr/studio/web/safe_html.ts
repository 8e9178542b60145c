// HTML that lsp-client makes of documentation, without anything that could act: known elements, no attributes, and
// what is not known shown to the letter. The policy of the page forbids scripts besides.

const KNOWN = new Set("P PRE CODE STRONG EM UL OL LI BR SPAN BLOCKQUOTE H1 H2 H3 H4 TABLE TR TD TH".split(" "));

export function toSafeHtml(html: string): string {
  const holder = document.createElement("div");
  copy(new DOMParser().parseFromString(html, "text/html").body, holder); // such a document runs and loads nothing
  return holder.innerHTML;
}

function copy(from: Node, into: Node): void {
  for (const child of from.childNodes) {
    if (!(child instanceof Element)) {
      into.appendChild(document.createTextNode(child.textContent ?? ""));
    } else if (KNOWN.has(child.tagName)) {
      copy(child, into.appendChild(document.createElement(child.tagName)));
    } else {
      into.appendChild(document.createTextNode(child.outerHTML));
    }
  }
}
