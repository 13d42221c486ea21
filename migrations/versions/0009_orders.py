"""Orders: numbers, orders, their assignments, record, parties and ratings."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("order_no")))
    _order_day()
    _orders()
    _order_report()
    _assignment()
    _trace()
    _order_party()
    _rating()


def _order_day() -> None:
    op.create_table(
        "order_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before_first", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_order_day")),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), server_default="grid", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("location_status", sa.Text(), nullable=False),
        sa.Column("near_border", sa.Boolean(), nullable=False),
        sa.Column("border_m", sa.Double(), nullable=True),
        sa.Column("runner_up", sa.Text(), nullable=True),
        sa.Column("cell_id", sa.BigInteger(), nullable=True),
        sa.Column("cell_version_id", sa.BigInteger(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.Column("cell_name", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("release_id", sa.BigInteger(), nullable=True),
        sa.Column("area_no", sa.BigInteger(), nullable=False),
        sa.Column("hex", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("closure_policy", sa.Text(), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("holder_user_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_org_id", sa.BigInteger(), nullable=True),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("holder_org_name", sa.Text(), nullable=True),
        sa.Column("limit_key", sa.Text(), nullable=True),
        sa.Column("limit_version", sa.Integer(), nullable=True),
        sa.Column("clock_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("overdue_fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supervised", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("tracking_hash", postgresql.BYTEA(), nullable=False),
        sa.CheckConstraint(
            "(state NOT IN ('CLOSED', 'REFUSED', 'ANSWERED', 'VOID')) = (closed_at IS NULL)",
            name=op.f("ck_orders_closed_at"),
        ),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_orders_score")),
        sa.CheckConstraint("version > 0", name=op.f("ck_orders_version")),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_orders_category_code")),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_orders_cell_id")),
        sa.ForeignKeyConstraint(
            ["cell_version_id"], ["cell_version.id"], name=op.f("fk_orders_cell_version_id")
        ),
        sa.ForeignKeyConstraint(["holder_org_id"], ["org.id"], name=op.f("fk_orders_holder_org_id")),
        sa.ForeignKeyConstraint(["holder_user_id"], ["app_user.id"], name=op.f("fk_orders_holder_user_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_orders_release_id")),
        sa.ForeignKeyConstraint(["source_code"], ["source.code"], name=op.f("fk_orders_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("no", name=op.f("uq_orders_no")),
    )
    op.create_index("orders_area_reported", "orders", ["area_no", "reported_at"], unique=False)
    op.create_index("orders_geom", "orders", ["area_no", "geom"], unique=False, postgresql_using="gist")
    op.create_index("orders_hex_reported", "orders", ["hex", "reported_at"], unique=False)
    op.create_index(
        "orders_open_cell",
        "orders",
        ["cell_id"],
        unique=False,
        postgresql_where=sa.text("state = 'WAIT_SIGN'"),
    )
    op.create_index(
        "orders_open_due",
        "orders",
        [sa.literal_column("coalesce(due_at, 'infinity')"), "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('CLOSED', 'REFUSED', 'ANSWERED', 'VOID')"),
    )
    op.create_index(
        "orders_open_holder",
        "orders",
        ["holder_user_id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('CLOSED', 'REFUSED', 'ANSWERED', 'VOID')"),
    )
    op.create_index(
        "orders_overdue",
        "orders",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("overdue_fired_at IS NULL AND due_at IS NOT NULL"),
    )
    op.create_index(
        "orders_reported",
        "orders",
        [sa.literal_column("reported_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "orders_title",
        "orders",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.create_index("orders_tracking", "orders", ["tracking_hash"], unique=True)


def _order_report() -> None:
    op.create_table(
        "order_report",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_report_order_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_order_report_report_id")),
        sa.PrimaryKeyConstraint("order_id", "report_id", name=op.f("pk_order_report")),
    )
    op.create_index("order_report_report", "order_report", ["report_id"], unique=False)


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("org_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("org_name", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_assignment_order_id")),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_assignment_org_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["assignment.id"], name=op.f("fk_assignment_parent_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_assignment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index("assignment_order", "assignment", ["order_id"], unique=False)


def _trace() -> None:
    op.create_table(
        "trace",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("file_ids", sa.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["app_user.id"], name=op.f("fk_trace_actor_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_trace_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
        sa.UniqueConstraint("order_id", "version", name=op.f("uq_trace_order_id_version")),
    )


def _order_party() -> None:
    op.create_table(
        "order_party",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("org_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "part IN ('holder', 'past', 'tracker', 'author')", name=op.f("ck_order_party_part")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_party_order_id")),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_order_party_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_order_party_user_id")),
        sa.UniqueConstraint(
            "order_id",
            "org_id",
            "user_id",
            "part",
            name=op.f("uq_order_party_order_id_org_id_user_id_part"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "order_party_org",
        "order_party",
        ["org_id", "order_id"],
        unique=False,
        postgresql_where=sa.text("org_id IS NOT NULL"),
    )
    op.create_index(
        "order_party_user",
        "order_party",
        ["user_id", "order_id"],
        unique=False,
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )


def _rating() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('first', 'follow_up')", name=op.f("ck_rating_kind")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_rating_score")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_rating_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("order_id", "kind", name=op.f("uq_rating_order_id_kind")),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema is not taken back; restore a backup")
