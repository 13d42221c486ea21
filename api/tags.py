"""Entity tags: whether the asker's copy is still right (RFC 9110, 13.1.2)."""


def matches(if_none_match: str | None, tag: str) -> bool:
    """Tell whether one of the tags that a request names is this one."""
    return tag in [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
