"""The schema as SQL for MySQL and MariaDB."""

from cartload.schema import TABLE_NAMES, Ids, ddl


def text(ids: Ids) -> str:
    """All tables in their final form, parents first."""
    return "\n\n".join(f"{ddl.create_table(name, ids, final=True)};" for name in TABLE_NAMES) + "\n"
