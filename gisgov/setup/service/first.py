"""The first administrator: whoever reads the terminal, and nobody else."""

import hashlib
import secrets

from gisgov.identity import rules as identity_rules
from gisgov.identity import service as identity
from gisgov.identity.model import User
from gisgov.kernel import configuration
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, NotAllowed
from gisgov.setup.model import State

CODE = "setup.code"
"""Setting: the digest of the code that the first administrator has to give."""


def state(tx: Tx) -> State:
    """Return what a stranger may know of this installation."""
    return State(not identity.has_administrator(tx), configuration.synthetic(tx))


def new_code(tx: Tx) -> str | None:
    """Draw the one-time code of an installation without administrator, in place of any earlier one.

    Returns
    -------
    str or None
        The code, which is stored as a digest only; None when there is an administrator.
    """
    tx.may("setup.write")
    if identity.has_administrator(tx):
        return None
    code = identity_rules.readable_secret(secrets.choice)
    configuration.put(tx, CODE, _digest(code))
    return code


def create_administrator(tx: Tx, login: str, name: str, password: str, code: str) -> User:
    """Make the first administrator; the code ends with it.

    Raises
    ------
    Conflict
        There is, or ever was, an administrator; code ``user.administrator_exists``.
    NotAllowed
        The code is not the one on the terminal; code ``setup.code_wrong``.
    Invalid
        The password is too weak.
    """
    wanted = configuration.get(tx, CODE, "")  # before the question below: its answer may end the code
    if identity.has_administrator(tx):
        raise Conflict("user.administrator_exists")
    # the code has 59 random bits: nothing can be guessed online, and a plain digest is enough
    if not secrets.compare_digest(wanted, _digest(code)):
        raise NotAllowed("setup.code_wrong", field="code")
    system = tx.acting_as(SYSTEM)
    made = identity.create_first_administrator(system, login, name, password)
    configuration.put(system, CODE, None)
    return made


def _digest(code: str) -> str:
    return hashlib.sha256("".join(filter(str.isalnum, code.lower())).encode()).hexdigest()
