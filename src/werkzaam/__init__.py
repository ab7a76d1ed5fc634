"""werkzaam: what works, for whom, under which circumstances, as a knowledge graph."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from werkzaam.api import Werkzaam

# In a checkout loaders/, ontology/, queries/, shapes/ and cases/ stand at the top of the
# repository; in an installed wheel they stand beside this file.
# (os.path and no typing: the modules that nicer code would import cost a tenth of a start.)
_checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
if os.path.isfile(os.path.join(_checkout, "pyproject.toml")):
    __path__.append(_checkout)


def open(
    store: str | None = None, *, lang: str = "en", inferred: bool = False, foreign: bool = False, memory: bool = False
) -> Werkzaam:
    """Open the packaged data, or another store, for questions and exports.

    `store` is None (the packaged data, in memory) or ``oxigraph:DIR``; with `inferred`, a copy in memory
    that holds what follows from it too; with `foreign`, one that holds the databases of others beside the store
    too; with `memory`, one that holds the same, which takes long to load and answers many times as fast. Raises
    `StoreError` where the store cannot be opened.
    """
    from werkzaam.api import Werkzaam

    return Werkzaam(store, lang=lang, inferred=inferred, foreign=foreign, memory=memory)
