"""Reads every table of a lake with packages that know nothing of Yagura.

Called with the lake's folder. The versions are those of the newest manifest. Prints one JSON object:
what each reader counts in each table, and what the tables say.
"""

import json
import pathlib
import sys

import deltalake
import duckdb


def newest_manifest(folder):
    return json.loads(max((folder / "_yagura" / "manifest").glob("*.json")).read_text())


def open_tables(folder, manifest):
    tables = {}
    for name, version in manifest["tables"].items():
        table = deltalake.DeltaTable(str(folder / "tables" / name), version=version)
        assert table.version() == version, (name, table.version(), version)
        tables[name] = table
    return tables


def local(uri):
    return uri.removeprefix("file://")


def by_deltalake(tables, sql):
    query = deltalake.QueryBuilder()
    for name, table in tables.items():
        query = query.register(name, table)
    answer = query.execute(sql).read_all()
    columns = [column.to_pylist() for column in answer.columns]
    return [list(row) for row in zip(*columns)]


SQL_TYPES = {"byte": "TINYINT", "integer": "INTEGER", "long": "BIGINT"}


def by_duckdb(tables):
    connection = duckdb.connect()
    for name, table in tables.items():
        files = [local(uri) for uri in table.file_uris()]
        if files:
            connection.read_parquet(files, hive_partitioning=False).create_view(name)
        else:
            columns = ", ".join(
                f"NULL::{SQL_TYPES[field.type.type]} AS {field.name}"
                for field in table.schema().fields
            )
            connection.execute(f"CREATE VIEW {name} AS SELECT {columns} WHERE false")
    return lambda sql: [list(row) for row in connection.execute(sql).fetchall()]


IN_FORCE = """
    FROM {table} t LEFT JOIN superseded s
    ON s.of_table = {number} AND s.old_written_by = t.written_by AND s.old_row = t.row
    WHERE s.old_row IS NULL AND t.superseded_by IS NULL
"""

OPEN_FINDINGS = (
    "SELECT count(*)" + IN_FORCE.format(table="findings", number=12) + " AND t.resolved_at IS NULL"
)
FINDINGS = (
    "SELECT c.id, count(*) FROM (SELECT t.*"
    + IN_FORCE.format(table="findings", number=12)
    + ") f JOIN (SELECT t.*"
    + IN_FORCE.format(table="checks", number=11)
    + ') c ON f."check" = c."check" GROUP BY c.id ORDER BY c.id'
)
DIGESTS = "SELECT digest FROM reports ORDER BY digest"


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    manifest = newest_manifest(folder)
    tables = open_tables(folder, manifest)
    readers = {
        "deltalake": lambda sql: by_deltalake(tables, sql),
        "duckdb": by_duckdb(tables),
    }
    answer = {"commit": manifest["commit"]}
    for reader, ask in readers.items():
        rows = {}
        for name, table in tables.items():
            rows[name] = ask(f"SELECT count(*) FROM {name}")[0][0] if table.file_uris() else 0
        answer[reader] = {
            "rows": rows,
            "open_findings": ask(OPEN_FINDINGS)[0][0],
            "findings": ask(FINDINGS),
            "digests": [row[0] for row in ask(DIGESTS)],
        }
    print(json.dumps(answer))


main()
