"""What is made of the one small cover of `make_show` is made once in a test run, not for each show anew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

from show_runner import draw_small_cover

from site_builder.render.artwork import icons, images

Make = Callable[..., bytes]


@contextmanager
def keep_pictures(folder: Path) -> Iterator[None]:
    """While this lasts, pictures and icons made of that cover lie in the folder; all others are made as ever."""
    given = draw_small_cover()
    ours = {given, images.convert_cover(given), images.find_accent(given)}

    def keep(make: Make, of: Callable[..., Any]) -> Make:
        def kept(*inputs: Any) -> bytes:
            if of(*inputs) not in ours:
                return make(*inputs)
            told = [one for one in inputs if not callable(one)]  # not what gives pictures that were drawn ahead
            file = folder / sha256(repr((make.__name__, told)).encode()).hexdigest()
            if not file.is_file():
                part = file.with_name(f"{file.name}-{os.getpid()}")
                part.write_bytes(make(*inputs))
                part.replace(file)
            return file.read_bytes()

        return kept

    kept_icon = keep(icons.render_icon, lambda icon, accent, *_: accent)
    with ExitStack() as stack:
        for name in ("convert_cover", "resize"):
            kept = keep(getattr(images, name), lambda content, *_: content)
            stack.enter_context(patch.object(images, name, kept))
        for module in ("covers", "pages"):
            stack.enter_context(patch(f"site_builder.site.{module}.render_icon", kept_icon))
        yield
