"""Names of files: what a person chose, made harmless for any system that it comes to."""

import unicodedata
from typing import Final

LONGEST: Final = 80
"""Characters, without the ending."""

_KEPT: Final = " _-()"


def cleaned(name: str, ending: str, otherwise: str) -> str:
    """The name without folders, control characters and its ending, which ``ending`` replaces.

    Letters of any script, digits, blanks, hyphens, underscores and brackets stay; of the rest a
    run becomes one hyphen, dots too: so nothing in the middle looks like another kind of file.
    ``otherwise`` is the name where nothing is left.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    # Those of a text's direction would show the name otherwise than it is.
    seen = (one for one in stem if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    plain = "".join(one if one.isalnum() or one in _KEPT else "-" for one in seen)
    while "--" in plain:
        plain = plain.replace("--", "-")
    short = " ".join(plain.split())[:LONGEST].strip(" -_")
    return f"{short or otherwise}.{ending}"
