"""The HTML form in a real browser: filled in by a script, and what "Save answers" writes."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

GUIDE = b"the guideline"

# Fills the form as a person would and shows what "Save answers" would write.
_DRIVER = r"""
addEventListener("load", async () => {
  const show = (id, textContent) => {
    document.body.append(Object.assign(document.createElement("pre"), {id, textContent}));
  };
  URL.createObjectURL = (blob) => { blob.text().then((text) => show("out", text)); return "#"; };
  const find = (selector) => document.querySelector(selector);
  const pick = (name, value) => find(`input[name="level-${name}"][value="${value}"]`).click();
  const put = (selector, value) => {
    find(selector).value = value;
    find(selector).dispatchEvent(new Event("input", {bubbles: true}));
  };
  pick("G1", "3");
  put("#G1 textarea", "<\/script> & =1+1");
  [...document.querySelectorAll("#G1 button")].find((one) => one.textContent === "Add evidence").click();
  const file = new DataTransfer();
  file.items.add(new File(["@GUIDE@"], "guide.pdf"));
  find("#G1 .piece input[type=file]").files = file.files;
  find("#G1 .piece input[type=file]").dispatchEvent(new Event("change"));
  await new Promise((done) => setTimeout(done, 300));  // the fingerprint is computed
  put("#G1 .piece input[type=date]", "2026-01-02");
  pick("C1", "4");
  put("#C1 select", "no");
  put("#C1 .row input[type=text]", "99");
  pick("S3", "na");
  put("#S3 > div > label input", "no persons");
  pick("A2", "4");
  pick("A1", "0");  // so A2 is not asked, and what was said there is not sent
  find("#save").click();
  const articles = document.querySelectorAll("article").length;
  show("seen", JSON.stringify([find("#S3 > div > div").hidden, find("#progress").textContent, articles,
    find("#A2 > div").hidden, find("#A2 > p").textContent, find("#E2 > div").hidden]));
});
""".replace("@GUIDE@", GUIDE.decode())


def fill_in_browser(page: str, folder: Path) -> tuple[str, Any]:
    """The JSON text that a filled form saves, and what the page showed."""
    shown = run_in_browser(page, _DRIVER, folder)
    return shown["out"], json.loads(shown["seen"])


def run_in_browser(page: str, script: str, folder: Path, *more: str) -> dict[str, str]:
    """Open `page` with a script beside its own; the texts of the `pre` elements that it adds, by their ids.

    The browser's profile lies in `folder`, so that a second call finds what the first one stored. `more` are
    options of the browser.
    """
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "the form is tested in Chromium; please install it"
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # The page's own policy stays in force; the script is allowed besides.
    page = page.replace("script-src ", f"script-src 'sha256-{allowed}' ")
    page = page.replace("</body>", f"<script>{script}</script></body>")
    (folder / "driven.html").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000", *more, "--dump-dom",
         (folder / "driven.html").as_uri()],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    found = re.findall(r'<pre id="(\w+)">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stdout[-2000:]
    return {name: html.unescape(text) for name, text in found}
