"""The same attacks once from a real browser: it decides what is sent, and what a page of another origin may read."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.studio.browser.conftest import Watch
from tests.studio.processes import Process, studio

pytestmark = pytest.mark.browser

EVIL = b"""<!doctype html><title>evil</title><link rel="icon" href="data:,"><script>
async function attack(port, token) {
  const got = [];
  for (const name of ["127.0.0.1", "localhost"]) {
    const base = `http://${name}:${port}`;
    const calls = [
      ["/api/session", {}],
      ["/api/session", {mode: "no-cors"}],
      ["/api/session", {headers: {Authorization: `Bearer ${token}`}}],
      ["/api/work", {method: "PUT", body: "{}", headers: {"Content-Type": "application/json"}}],
      ["/api/work", {method: "PUT", body: "{}", mode: "no-cors"}],
    ];
    for (const [path, options] of calls) {
      try {
        const answer = await fetch(base + path, {credentials: "include", ...options});
        got.push(answer.type === "opaque" ? "refused" : `read ${path}`);
      } catch { got.push("refused"); }
    }
    for (const protocols of [[], ["targetexpr"], ["targetexpr", `token.${token}`]]) {
      got.push(await new Promise(done => {
        const socket = new WebSocket(`ws://${name}:${port}/lsp`, protocols);
        socket.onopen = () => done("socket opened");
        socket.onclose = () => done("refused");
      }));
    }
    const script = document.createElement("script");
    script.src = base + "/api/session";
    got.push(await new Promise(done => {
      script.onload = () => done("script ran");
      script.onerror = () => done("refused");
      document.head.append(script);
    }));
    const frame = document.createElement("iframe");
    frame.src = base + "/";
    const loaded = new Promise(done => { frame.onload = done; });
    document.body.append(frame);
    await loaded;
    try { got.push(frame.contentDocument === null ? "refused" : "frame read"); } catch { got.push("refused"); }
  }
  return got;
}
</script><body>"""


class Evil(http.server.BaseHTTPRequestHandler):
    """A page of somebody else, on this machine and by another name."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(EVIL)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def evil() -> Iterator[int]:
    """The port of such a server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1", "localhost"], ids=["site", "port", "name"])
def test_a_page_of_another_origin_gets_nothing(
    new_page: Callable[..., Page], watch: Watch, running: Process, evil: int, name: str
) -> None:
    page = new_page()
    watch.expect("")  # the browser says of each attempt that it was refused
    page.goto(f"http://{name}:{evil}/")
    got = page.evaluate("([port, token]) => attack(port, token)", [running.port, running.token])
    assert got == ["refused"] * 20


def test_a_name_that_was_made_to_lead_here(new_page: Callable[..., Page], watch: Watch, running: Process) -> None:
    page = new_page()
    watch.expect("evil.test")
    watch.expect("403")
    watch.expect("Opener-Policy")
    answer = page.goto(f"http://evil.test:{running.port}/")
    assert answer is not None
    assert answer.status == 403
    assert page.locator("script").count() == 0


def test_the_page_cannot_be_made_to_run_other_scripts(page: Page, watch: Watch) -> None:
    watch.expect("Content Security Policy")
    page.evaluate(
        """() => {
          const inline = document.createElement("script");
          inline.textContent = "window.ran = 1";
          const elsewhere = document.createElement("script");
          elsewhere.src = "data:text/javascript,window.ran = 1";
          const image = document.createElement("div");
          image.innerHTML = '<img src="data:," onerror="window.ran = 1">';
          document.body.append(inline, elsewhere, image);
        }"""
    )
    page.wait_for_function("() => document.scripts.length >= 2")
    assert page.evaluate("() => window.ran === undefined")


def test_the_address_that_a_browser_is_told_is_good_once(browser: Browser, watch: Watch) -> None:
    """What a browser is started with is in the list of processes: it leads to the page once, and then to a sentence."""
    with studio(browser=True) as started:
        told = started.told()
        context = browser.new_context()
        page = context.new_page()
        watch.over(page)
        assert started.token not in told
        page.goto(told)
        assert page.url.startswith(started.origin + "/")
        assert page.evaluate("token => location.hash.includes(token) || sessionStorage.length > 0", started.token)
        watch.expect("Failed to load resource")  # the sentence has no icon either
        answer = page.goto(told)
        assert answer is not None
        assert (answer.status, "was used already" in answer.text()) == (403, True)
        context.close()
