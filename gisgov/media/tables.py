"""Tables of media."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from gisgov.kernel.db import metadata
from gisgov.kernel.geometry import geometry_column

file = sa.Table(
    "file",
    metadata,
    # drawn at random: somebody without an account may name the files just sent, and must not guess others
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sha256", sa.Text, nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_by", sa.BigInteger, sa.ForeignKey("app_user.id"), index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("taken_at", sa.DateTime(timezone=True)),
    geometry_column("POINT", "taken_geom", nullable=True),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("shown_mime", sa.Text),
    sa.Column("shown_sha256", sa.Text, index=True),
    sa.Column("preview_sha256", sa.Text, index=True),
)

file_use = sa.Table(
    "file_use",
    metadata,
    sa.Column("file_id", sa.BigInteger, sa.ForeignKey("file.id"), primary_key=True),
    sa.Column("subject_kind", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.BigInteger, primary_key=True),
    sa.Column("area_no", sa.BigInteger),
    sa.Column("org_ids", ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    sa.Column("user_ids", ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    sa.Index("file_use_subject", "subject_kind", "subject_id"),
)
