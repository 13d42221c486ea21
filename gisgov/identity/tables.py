"""Tables of identity."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BYTEA

from gisgov.kernel.db import metadata


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)


area = sa.Table(
    "area",
    metadata,
    _id(),
    sa.Column("tree", sa.Text, nullable=False),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("area.id"), index=True),
    sa.Column("depth", sa.SmallInteger, nullable=False),
    sa.Column("level_name", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("no", sa.BigInteger, nullable=False, unique=True),
    # counted upwards only, under the row's lock: numbers are never given twice
    sa.Column("children_given", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cells_given", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("tree", "code", name="area_tree_code"),
)

org = sa.Table(
    "org",
    metadata,
    _id(),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("org.id"), index=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("area_id", sa.BigInteger, sa.ForeignKey("area.id"), index=True),
)

app_user = sa.Table(
    "app_user",
    metadata,
    _id(),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("org_id", sa.BigInteger, sa.ForeignKey("org.id"), index=True),
    sa.Column("post", sa.Text),
    sa.Column("mobile", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    # the password was chosen by somebody else and opens nothing but the way to a new one
    sa.Column("must_change_password", sa.Boolean, nullable=False, server_default=sa.false()),
)

user_grant = sa.Table(
    "user_grant",
    metadata,
    _id(),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("area_id", sa.BigInteger, sa.ForeignKey("area.id")),
    sa.Column("org_id", sa.BigInteger, sa.ForeignKey("org.id")),
    sa.Column("no_lo", sa.BigInteger),
    sa.Column("no_hi", sa.BigInteger),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True)),
    sa.Column("origin", sa.Text, nullable=False),
    sa.CheckConstraint(
        "(no_lo IS NULL) = (no_hi IS NULL) AND (no_lo IS NULL OR no_lo < no_hi)", name="user_grant_range"
    ),
    sa.Index("user_grant_origin", "origin", postgresql_where=sa.text("origin <> 'admin'")),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", BYTEA, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("app_user.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
)

sign_in_failure = sa.Table(
    "sign_in_failure",
    metadata,
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("sign_in_failure_key", "key", "at"),
)
