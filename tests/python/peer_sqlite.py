"""SQLite: a file of its own, loaded with the rows in force."""

import sqlite3

from peer_words import FINDING, HISTORY, MOMENTS, PROBLEMS, SCORES, best_of, cells, literal, micros


class SQLite:
    """A file of its own."""

    name = "sqlite"

    def __init__(self, job, duck):
        self.connections = {}
        path = job["folder"] + "/peers.sqlite"
        connection = sqlite3.connect(path, isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "threads = 1",
                        "cache_size = -786432"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"CREATE TABLE finding ({', '.join(FINDING)})")
        for table, columns in (
            ("check_definition",
             "check_number INTEGER PRIMARY KEY, tool, check_id, title, kind, cves"),
            ("source", "source INTEGER PRIMARY KEY, name, organisation"),
        ):
            connection.execute(f"CREATE TABLE {table} ({columns})")
        findings = duck.findings().replace("f.first_seen", "epoch_us(f.first_seen)")
        findings = findings.replace("f.resolved_at", "epoch_us(f.resolved_at)")
        checks = duck.checks().replace("cves", "CAST(to_json(cves) AS VARCHAR)", 1)
        for sql, table in ((findings, "finding"), (checks, "check_definition"),
                           (duck.sources(), "source")):
            self.fill(connection, table, duck.facts(sql))
        for world in ("present", "past"):
            for table in ("inventory", "devices"):
                columns = "name, class, organisation, system"
                connection.execute(
                    f"CREATE TABLE {world}_{table} (asset INTEGER PRIMARY KEY, {columns})")
                rows = f"SELECT asset, {columns} FROM read_parquet({literal(job[table][world])})"
                self.fill(connection, f"{world}_{table}", duck.facts(rows))
        for table, columns in SCORES.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            self.fill(connection, table, duck.facts(f"SELECT {', '.join(columns)} FROM {table}"))
        connection.execute("CREATE INDEX assets_by_points ON asset_scores (open_micro)")
        connection.execute("CREATE INDEX lines_by_points ON score_lines (level, open_micro)")
        for column in ("asset", "check_number", "severity", "first_seen", "resolved_at"):
            connection.execute(f"CREATE INDEX finding_{column} ON finding ({column})")
        connection.execute("CREATE UNIQUE INDEX check_id ON check_definition (tool, check_id)")
        connection.execute("ANALYZE")
        connection.close()
        past = micros(job["past"])
        seen = f"f.first_seen <= {past} AND (f.resolved_at IS NULL OR f.resolved_at > {past})"
        problems = PROBLEMS.format(
            one="json_array_length(cves) = 1", first="json_extract(cves, '$[0]')")
        worlds = (("present", "true", "resolved_at IS NULL"), ("past", seen, "true"))
        for world, there, is_open in worlds:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA cache_size = -393216")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA threads = 1")
            connection.execute(f"CREATE TEMP VIEW finding_history AS {HISTORY.format(there=there)}")
            connection.execute("CREATE TEMP VIEW findings AS "
                               f"SELECT * FROM finding_history WHERE {is_open}")
            connection.execute(f"CREATE TEMP VIEW problems AS {problems}")
            for table in ("inventory", "devices"):
                connection.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM {world}_{table}")
            self.connections[world] = connection

    @staticmethod
    def fill(connection, table, rows):
        connection.execute("BEGIN")
        while part := rows.fetchmany(50_000):
            blanks = ", ".join("?" * len(part[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({blanks})", part)
        connection.execute("COMMIT")

    def phrase(self, word, of):
        if word == "time":
            return str(micros(of))
        if word == "month":
            return f"strftime('%Y-%m-01T00:00:00Z', {of} / 1000000, 'unixepoch')"
        return f"EXISTS (SELECT 1 FROM json_each(cves) WHERE value = {literal(of)})"

    def ask(self, sql, past):
        connection = self.connections["past" if past else "present"]

        def go():
            cursor = connection.execute(sql)
            return [column[0] for column in cursor.description], cursor.fetchall()

        took, worked, (columns, rows) = best_of(go)
        return took, worked, cells(rows, columns, lambda column: column in MOMENTS)

    def close(self):
        for connection in self.connections.values():
            connection.close()
