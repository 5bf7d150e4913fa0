"""DuckDB: the files of a lake through the SQL of the views."""

from peer_words import PROBLEMS, best_of, cells, literal


class DuckDB:
    """The views over the files."""

    name = "duckdb"

    def __init__(self, job):
        import duckdb

        self.job = job
        self.connection = duckdb.connect(config={"threads": 2, "memory_limit": "3GB"})
        self.run("SET TimeZone = 'UTC'")
        self.run("SET parquet_metadata_cache = true")
        self.run(f"SET temp_directory = {literal(job['folder'] + '/duckdb')}")
        for table, about in job["tables"].items():
            self.run(f"CREATE VIEW raw_{table} AS {self.files(about)}")
        for view in ("asset_scores", "score_lines"):
            path = job["lake"] + "/" + job[view]
            self.run(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({literal(path)})")
        for world in ("present", "past"):
            self.run(f"CREATE SCHEMA {world}")
            self.run(f"SET search_path = '{world},main'")
            self.views(world)

    def run(self, sql):
        return self.connection.execute(sql)

    def files(self, about):
        if about["files"]:
            paths = [self.job["lake"] + "/" + path for path in about["files"]]
            return f"SELECT * FROM read_parquet({paths!r}, hive_partitioning = false)"
        columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in EMPTY.items())
        return f"SELECT {columns} WHERE false"

    def in_force(self, table, there):
        number = self.job["tables"][table]["number"]
        return f"""(SELECT t.* FROM raw_{table} t LEFT JOIN
            (SELECT old_written_by, old_row FROM raw_superseded WHERE of_table = {number}) s
            ON t.written_by = s.old_written_by AND t.row = s.old_row
            WHERE t.superseded_by IS NULL AND s.old_row IS NULL AND {there})"""

    def words(self, column, names):
        arms = "".join(f" WHEN {number} THEN '{word}'" for number, word in self.job["names"][names])
        return f"CASE {column}{arms} END"

    def views(self, world):
        for name in ("inventory", "devices"):
            path = self.job[name][world]
            self.run(f"CREATE TABLE {name} AS SELECT * FROM read_parquet({literal(path)})")
        past = f"TIMESTAMPTZ {literal(self.job['past'])}"
        at = past if world == "past" else f"TIMESTAMPTZ {literal(self.job['now'])}"
        linked = (f"(t.valid_from IS NULL OR t.valid_from <= {at}) "
                  f"AND (t.valid_to IS NULL OR t.valid_to > {at})")
        seen = f"t.first_seen <= {past} AND (t.resolved_at IS NULL OR t.resolved_at > {past})"
        there = seen if world == "past" else "true"
        self.run(f"""CREATE VIEW finding_history AS
            SELECT l.asset, o.name AS source, o.organisation AS source_organisation, c.tool,
                   c.id AS check_id, c.title, {self.words('c.kind', 'kind')} AS kind, c.cves,
                   {self.words('f.state', 'state')} AS state,
                   {self.words('f.severity', 'severity')} AS severity,
                   {self.words('f.disposition', 'disposition')} AS disposition, f.location,
                   f.fixed_version, f.first_seen, f.resolved_at, f.report, f.record
            FROM {self.in_force('findings', there)} f
            JOIN {self.in_force('links', linked)} l ON f.subject = l.subject
            JOIN {self.in_force('checks', 'true')} c ON f."check" = c."check"
            JOIN {self.in_force('sources', 'true')} o ON f.source = o.source""")
        is_open = "true" if world == "past" else "resolved_at IS NULL"
        self.run(f"CREATE VIEW findings AS SELECT * FROM finding_history WHERE {is_open}")
        problems = PROBLEMS.format(one="len(cves) = 1", first="cves[1]")
        self.run(f"CREATE VIEW problems AS {problems}")

    def facts(self, sql):
        """Rows for the others, in parts."""
        self.run("SET search_path = 'present,main'")
        return self.run(sql)

    def findings(self):
        """The findings in force with their assets."""
        return f"""SELECT l.asset, f.source, f."check" AS check_number, f.location,
            {self.words('f.state', 'state')}, {self.words('f.severity', 'severity')},
            {self.words('f.disposition', 'disposition')}, f.fixed_version, f.first_seen,
            f.resolved_at, f.report, f.record FROM {self.in_force('findings', 'true')} f
            JOIN {self.in_force('links', 't.valid_to IS NULL')} l ON f.subject = l.subject"""

    def checks(self):
        return f"""SELECT "check", tool, id, title, {self.words('kind', 'kind')}, cves
            FROM {self.in_force('checks', 'true')}"""

    def sources(self):
        return f"SELECT source, name, organisation FROM {self.in_force('sources', 'true')}"

    def phrase(self, word, of):
        if word == "time":
            return f"TIMESTAMPTZ {literal(of)}"
        if word == "month":
            return f"date_trunc('month', {of})"
        return f"list_contains(cves, {literal(of)})"

    def ask(self, sql, past):
        self.run(f"SET search_path = '{'past' if past else 'present'},main'")
        about = self.run(f"DESCRIBE {sql}").fetchall()
        times = [row[0] for row in about if row[1].startswith("TIMESTAMP")]
        if times:
            # As numbers: a time with a zone needs one more package.
            shown = ", ".join(f"epoch_us({name}) AS {name}" for name in times)
            sql = f"SELECT * REPLACE ({shown}) FROM ({sql})"
        took, worked, rows = best_of(lambda: self.run(sql).fetchall())
        return took, worked, cells(rows, [row[0] for row in about], lambda column: column in times)

    def close(self):
        self.connection.close()


EMPTY = {"of_shard": "INTEGER", "of_table": "TINYINT", "old_written_by": "BIGINT",
         "old_row": "INTEGER", "written_by": "BIGINT", "row": "INTEGER", "superseded_by": "BIGINT"}
"""The columns of `superseded`, the one table of a lake that may have no files."""
