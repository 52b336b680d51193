"""Events that can be shown closed: the workspace's secret, and each event's salt and tag."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Events so far keep their form, and have neither salt nor tag."""
    op.add_column("workspace", sa.Column("secret", sa.String(), nullable=False, server_default=""))
    op.execute(sa.text("UPDATE workspace SET secret = :made").bindparams(made=secrets.token_hex(32)))
    for name in ("tag", "salt"):
        op.add_column("event", sa.Column(name, sa.String(), nullable=True))
