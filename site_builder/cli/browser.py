"""Opens a page in the person's browser."""

from __future__ import annotations

import threading
import webbrowser
from contextlib import suppress


def show_in_browser(address: str) -> None:
    """Open a window of the person's browser, without waiting for it; none that would take over the terminal."""
    threading.Thread(target=_show, args=(address,), daemon=True).start()


def _show(address: str) -> None:
    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        if type(browser) is not webbrowser.GenericBrowser:
            browser.open(address)
