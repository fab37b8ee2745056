"""Render the sample site and photograph it: `python tests/preview_theme.py [FOLDER] [--only NAME]`.

Writes the site to FOLDER/show/ and pictures of the main pages, at four widths in light and dark, to FOLDER/pictures/.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright
from programs import BROWSER_ARGUMENTS, find_browser
from sample_site import make_main_episode, serve_folder, write_site

PAGES = {
    "home": "",
    "episode": make_main_episode().path,
    "episode-plain": "episodes/episode-3/",
    "archive": "archive/",
    "people": "people/",
    "person": "people/thelamproom/",
    "tags": "tags/",
    "subscribe": "subscribe/",
    "about": "about/",
    "search": "search/?q=horn",
    "embed": f"{make_main_episode().path}embed/",
    "offline": "offline/",
    "missing": "no/such/page/",
    "withdrawn": "episodes/withdrawn/",
    "feed": "feed.xml",
}
WIDTHS = (360, 768, 1280, 1600)


def main() -> None:
    """Write, serve, photograph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("screenshots/preview"))
    parser.add_argument("--only", nargs="*", choices=PAGES, default=list(PAGES))
    parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS))
    parser.add_argument("--schemes", nargs="*", default=["light", "dark"])
    parser.add_argument("--accent", default="#c2410c")
    chosen = parser.parse_args()
    pictures = chosen.folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    write_site(chosen.folder / "show", accent=chosen.accent)
    url, stop = serve_folder(chosen.folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(BROWSER_ARGUMENTS))
        for scheme in chosen.schemes:
            for width in chosen.widths:
                page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                page.on("console", lambda message: print("console:", message.text))
                for name in chosen.only:
                    page.goto(f"{url}show/{PAGES[name]}")
                    page.wait_for_timeout(150 if name != "search" else 1200)
                    page.screenshot(path=pictures / f"{name}-{width}-{scheme}.png", full_page=name != "feed")
                page.close()
        browser.close()
    stop()


if __name__ == "__main__":
    main()
