"""Words of refusals and notices for whoever sits at the shell."""

import os
from collections.abc import Mapping
from typing import Any

from gisgov.kernel.catalogue import Message, message, negotiate


def in_callers_language(code: str, params: Mapping[str, Any]) -> Message:
    """Return the words of a code in the language of the shell."""
    return message(code, negotiate(os.environ.get("LC_ALL") or os.environ.get("LANG")), dict(params))
