"""The analyses, a package each; none imports another, and no stage imports any of them.

A chain is a folder here with a module ``config``, which has the model of its configuration under
the name ``CONFIG``, and a folder of the same name in ``workflow/chains`` and in ``config``.
"""

from __future__ import annotations

import pkgutil


def chain_names() -> list[str]:
    """Names of all chains, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
