"""test_site.py: the site that Sphinx built, read and used in a browser.

    python -m sphinx -W --keep-going -b html docs site
    TFPHILOX_SITE=site python -m pytest tests/site

It needs chromium, chromedriver and the package selenium, which `pip install '.[docs]'` brings.
"""

import functools
import http.server
import os
import re
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

SITE = os.environ.get("TFPHILOX_SITE")
if SITE is None:
    pytest.skip("TFPHILOX_SITE does not name a built site", allow_module_level=True)
SITE = Path(SITE).resolve()
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
PROSE = [page for page in PAGES if "/" not in page and page not in ("genindex.html", "search.html")]
WIDE = [*PROSE, "api/tfphilox.random.html", "api/generated/tfphilox.random.stateless_uniform.html"]


class Page(HTMLParser):
    """What a page refers to, and the places in it that others may refer to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.add(attrs["id"])
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        elif tag == "link" and attrs.get("rel") not in ("canonical",):
            self.loads.append(attrs.get("href"))
        elif tag in ("script", "img", "iframe", "source"):
            self.loads.append(attrs.get("src"))


@functools.cache
def page(name):
    return Page((SITE / name).read_text())


def test_the_site_is_whole():
    for name in ("index", "start", "leaving", "keras", "golden", "differ", "rules", "promise"):
        assert f"{name}.html" in PAGES
    assert sum(name.startswith("api/generated/") for name in PAGES) > 200


def test_pages_load_nothing_from_elsewhere():
    for name in PAGES:
        for target in page(name).loads:
            assert target is None or not urlsplit(target).netloc, f"{name} loads {target}"
    for sheet in SITE.rglob("*.css"):
        assert not re.search(
            r"url\(['\"]?https?:|@import\s+url\(['\"]?https?:", sheet.read_text()
        ), sheet


def test_links_lead_somewhere():
    wrong = []
    for name in PAGES:
        for link in page(name).links:
            target, anchor = urldefrag(link)
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            other = (SITE / name).parent / unquote(parts.path) if parts.path else SITE / name
            if not other.exists():
                wrong.append(f"{name}: {link}")
                continue
            inside = other.resolve().relative_to(SITE).as_posix()
            if anchor and other.suffix == ".html" and anchor not in page(inside).ids:
                wrong.append(f"{name}: {link}")
    assert not wrong, wrong[:20]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(address):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-sync",
        "disable-background-networking", "disable-component-update", "disable-dev-shm-usage",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    yield driver
    driver.quit()


def wait(browser, script):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 30).until(lambda driver: driver.execute_script(script))


@pytest.mark.parametrize(
    "words", ["stateless_uniform", "set_seed", "XLA", "initial weights pytorch"]
)
def test_search_finds(browser, address, words):
    browser.get(f"{address}/search.html?q={words.replace(' ', '+')}")
    found = wait(
        browser,
        "const links = [...document.querySelectorAll('#search-results ul.search li a')];"
        "return document.querySelector('#search-results p.search-summary')?.textContent.length"
        " && links.length ? links.map(link => link.href) : null",
    )
    expected = {
        "stateless_uniform": "api/generated/tfphilox.random.stateless_uniform.html",
        "set_seed": "api/generated/tfphilox.random.set_seed.html",
        "XLA": "differ.html",
        "initial weights pytorch": "keras.html",
    }[words]
    assert any(expected in link for link in found), found


def test_copy_buttons_copy_the_code_alone(browser, address):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    browser.get(f"{address}/start.html")
    wait(browser, "return document.querySelectorAll('button.copybtn').length > 1")
    second = browser.find_elements(By.CSS_SELECTOR, "button.copybtn")[1]
    ActionChains(browser).move_to_element(second).click().perform()
    copied = browser.execute_async_script(
        "const done = arguments[0];"
        "const read = () => navigator.clipboard.readText().then(done, error => done('' + error));"
        "setTimeout(read, 500)"
    )
    assert copied.splitlines()[:2] == ["import tfphilox as tp", "tp.random.set_seed(1234)"]
    assert ">>>" not in copied
    assert "array(" not in copied


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("name", WIDE)
def test_pages_hold(browser, address, name, width):
    """Nothing is wider than the window, nothing comes from elsewhere, nothing is said to fail."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get_log("browser")
    browser.get(f"{address}/{name}")
    assert browser.execute_script("return window.innerWidth") == width
    wide = browser.execute_script(
        "return document.documentElement.scrollWidth <= window.innerWidth ? [] :"
        "[...document.querySelectorAll('*')]"
        ".filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)"
        ".slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
    )
    assert not wide
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert all(url.startswith((address, "data:")) for url in loaded), loaded
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
