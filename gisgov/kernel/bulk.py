"""Many rows at once, by COPY: the way that keeps up with files."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Table

from gisgov.kernel.db import Tx


def copy_rows(tx: Tx, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table, on the connection of the transaction.

    Parameters
    ----------
    columns : sequence of str
        What the rows hold, in this order; geometries as text, see `gisgov.kernel.geometry`.
    """
    driver = tx.conn.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    names = ", ".join(f'"{column}"' for column in columns)
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
