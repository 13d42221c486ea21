"""What can go wrong on purpose. Each error carries a code whose words stand in ``messages/``."""


class GisgovError(Exception):
    """A refusal that its receiver can do something about.

    Parameters
    ----------
    code : str
        ``<catalogue>.<key>``, for example ``report.point_missing``.
    field : str, optional
        The part of the input that is at fault.
    **params
        Values for the message's placeholders.
    """

    def __init__(self, code: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.field = field
        self.params = params


class NotSignedIn(GisgovError):
    """Nobody is known to be calling, or no longer."""


class NotAllowed(GisgovError):
    """The caller is known and may not."""


class NotFound(GisgovError):
    """There is no such thing, or none that the caller may see; both look the same."""


class Conflict(GisgovError):
    """Somebody was faster, or the state does not allow it."""


class Invalid(GisgovError):
    """The input cannot be used."""


class TooLarge(GisgovError):
    """The input is over a stated limit."""


class TooMany(GisgovError):
    """The caller asks too often."""
