"""Who is acting: a person with roles, the system itself, or nobody."""

from dataclasses import dataclass, field

from gisgov.kernel.errors import NotAllowed, NotSignedIn
from gisgov.kernel.scope import EVERYTHING, NOTHING, Scope


@dataclass(frozen=True)
class Actor:
    """The one on whose behalf a transaction runs.

    Parameters
    ----------
    user_id : int, optional
        None for the system and for somebody who has not signed in.
    name : str
        As it stands in traces.
    roles, verbs : frozenset of str
        Roles held, and what they allow together (`gisgov.identity.rules.GRANTS`).
    scope : Scope
        What may be seen.
    org_ids : frozenset of int
        The organisations acted for.
    everything : bool
        Allowed every verb; the system alone.
    """

    user_id: int | None
    name: str
    roles: frozenset[str] = field(default=frozenset())
    verbs: frozenset[str] = field(default=frozenset())
    scope: Scope = NOTHING
    org_ids: frozenset[int] = field(default=frozenset())
    everything: bool = False

    def has(self, verb: str) -> bool:
        """Tell whether a verb is allowed."""
        return self.everything or verb in self.verbs

    def may(self, verb: str) -> None:
        """Refuse unless a verb is allowed.

        Raises
        ------
        NotSignedIn
            Nobody has signed in.
        NotAllowed
            The caller's roles do not include the verb.
        """
        if self.has(verb):
            return
        if self.user_id is None:
            raise NotSignedIn("session.required")
        raise NotAllowed("session.verb_missing", verb=verb)


SYSTEM = Actor(None, "system", scope=EVERYTHING, everything=True)
NOBODY = Actor(None, "nobody")
