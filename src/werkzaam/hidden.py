"""Characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata

# What makes a text read otherwise than it is stored: overrides of direction, tags, control characters.
_DECEIVING = "\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb"
# What comes along with a copy from a page or a PDF, and only hinders finding.
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff"
HIDDEN = re.compile(f"[{_DECEIVING}{_INVISIBLE}]")
DECEIVING = re.compile(f"[{_DECEIVING}]")


def visible(text: str) -> str:
    r"""Give a name without what cannot be seen, composed as Unicode wants it.

    >>> visible("cli\u00ebnt\u200b") == visible("clie\u0308nt") == "cliënt"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", HIDDEN.sub("", text))
