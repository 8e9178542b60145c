// The shell of the page: the head with its navigation, the rule, and the page that was chosen below it.
import { render } from "preact";
import { effect, signal } from "@preact/signals";
import { hasNewToken } from "./api";
import { redoRule, undoRule } from "./editor";
import { Icon, type IconName } from "./icons";
import { headParts, pages } from "./pages";
import { RulePanel } from "./panel";
import { Sentence } from "./sentence";
import { connection, load, notice, said } from "./state";

// ---- which page

const named = () => pages.find(one => `#${one.id}` === location.hash) ?? pages[0]!;
const page = signal(named());
addEventListener("hashchange", () => {
  if (hasNewToken()) location.reload();
  page.value = named();
});
effect(() => {
  document.title = `${page.value.label} – targetexpr studio`;
});

function Navigation() {
  return (
    <nav aria-label="Pages">
      {pages.map(one => (
        <a href={`#${one.id}`} aria-current={page.value === one ? "page" : undefined}>{one.label}</a>
      ))}
    </nav>
  );
}

// ---- dark and light

const themes: readonly [string, IconName][] = [["auto", "auto"], ["light", "sun"], ["dark", "moon"]];
const theme = signal(localStorage.getItem("targetexpr.theme") ?? "auto");
effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem("targetexpr.theme", theme.value);
});

function Theme() {
  return (
    <div class="switch" role="radiogroup" aria-label="Colours">
      {themes.map(([name, icon]) => (
        <label title={`${name} colours`}>
          <input type="radio" name="theme" aria-label={name} checked={theme.value === name} onChange={() => (theme.value = name)} />
          <Icon name={icon} />
        </label>
      ))}
    </div>
  );
}

// ---- what happens meanwhile

function Connection() {
  if (connection.value !== "lost") return null;
  return (
    <p class="banner" role="alert">
      The studio has stopped. Start <code>targetexpr studio</code> again and open the address that it prints; this page
      connects by itself if it is the same. Your text is kept here.
    </p>
  );
}

function Notice() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notice.value && <p class={notice.value.isError ? "notice error" : "notice"}><Sentence text={notice.value.text} /></p>}
    </div>
  );
}

const begun = signal<"no" | "yes" | string>("no");

function App() {
  const { view: View, label } = page.value;
  return (
    <>
      <header>
        <h1><a href="#rule">targetexpr <span>studio</span></a></h1>
        <Navigation />
        <div class="head-parts">
          {headParts.map(Part => <Part />)}
          <Theme />
        </div>
      </header>
      <Connection />
      {begun.value === "yes" ? (
        <main>
          <RulePanel />
          <div class="page" role="region" aria-label={`${label} page`}><View /></div>
        </main>
      ) : (
        begun.value !== "no" && <main><p class="banner" role="alert"><Sentence text={begun.value} /></p></main>
      )}
      <Notice />
    </>
  );
}

/** Undo and redo reach the rule from everywhere but from a box in which something was typed that is not taken yet. */
addEventListener("keydown", pressed => {
  const key = pressed.key.toLowerCase();
  if (pressed.defaultPrevented || !(pressed.ctrlKey || pressed.metaKey) || (key !== "z" && key !== "y")) return;
  const { target } = pressed;
  if (target instanceof Element && target.closest(".cm-editor")) return;
  const isBox = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (isBox && target.value !== (target.dataset.taken ?? "")) return;
  pressed.preventDefault();
  if (key === "y" || pressed.shiftKey) redoRule();
  else undoRule();
});

render(<App />, document.getElementById("app")!);
load().then(
  () => (begun.value = "yes"),
  error => (begun.value = said(error)),
);
