"""PostgreSQL: a server of its own, loaded with the rows in force."""

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import threading
import time

from peer_words import HISTORY, LONG, MOMENTS, PROBLEMS, SCORES, TEXTS, TIMES, literal


class PostgreSQL:
    """A server of its own, by a Unix socket only."""

    name = "postgres"

    SETTINGS = {
        "listen_addresses": "", "shared_buffers": "768MB", "effective_cache_size": "2GB",
        "work_mem": "256MB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB",
        "wal_level": "minimal", "max_wal_senders": "0", "fsync": "off", "autovacuum": "off",
        "max_worker_processes": "4", "max_parallel_workers": "1",
        "max_parallel_workers_per_gather": "1", "max_parallel_maintenance_workers": "1",
        "timezone": "UTC", "random_page_cost": "1.1",
    }

    def __init__(self, job, duck):
        self.server = None
        programs = {name: shutil.which(name) for name in ("initdb", "postgres", "psql")}
        absent = [name for name, path in programs.items() if path is None]
        if absent:
            raise LookupError(f"no {', '.join(absent)}")
        self.programs = programs
        self.folder = pathlib.Path(job["folder"]) / "postgres"
        self.folder.mkdir()
        self.as_other = {}
        if os.geteuid() == 0:
            # It refuses to be the superuser.
            other = pwd.getpwnam("nobody")
            os.chown(self.folder, other.pw_uid, other.pw_gid)
            self.folder.parent.chmod(0o711)
            self.as_other = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        subprocess.run([programs["initdb"], "-D", data, "-U", "yagura", "-E", "UTF8", "--locale=C",
                        "--auth=trust", "--no-sync"], check=True, **quiet, **self.as_other)
        command = [programs["postgres"], "-D", data, "-k", self.folder]
        for name, value in self.SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.server = subprocess.Popen(command, **quiet, **self.as_other)
        for _ in range(300):
            if subprocess.run([*self.client(), "-c", "SELECT 1"], **quiet).returncode == 0:
                break
            time.sleep(0.1)
        self.load(job, duck)

    def client(self):
        return [self.programs["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder),
                "-U", "yagura", "-d", "postgres"]

    def psql(self, script, *options):
        command = [*self.client(), *options]
        done = subprocess.run(command, input=script, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return done.stdout

    def copy(self, duck, sql, table):
        """Rows through a pipe, made on one side while they are read on the other."""
        pipe = str(self.folder / "pipe")
        os.mkfifo(pipe)
        how = "FORMAT csv, HEADER false, NULLSTR '\\N', USE_TMP_FILE false"
        copying = f"COPY ({sql}) TO {literal(pipe)} ({how})"
        made = threading.Thread(target=lambda: duck.facts(copying))
        made.start()
        self.psql(f"\\copy {table} FROM {literal(pipe)} WITH (FORMAT csv, NULL '\\N')\n")
        made.join()
        os.unlink(pipe)

    def load(self, job, duck):
        self.psql("""
            CREATE TABLE finding (asset bigint, source integer, check_number integer, location text,
                state text, severity text, disposition text, fixed_version text,
                first_seen timestamptz, resolved_at timestamptz, report bigint, record integer);
            CREATE TABLE check_definition (check_number integer PRIMARY KEY, tool text,
                check_id text, title text, kind text, cves text[]);
            CREATE TABLE source (source integer PRIMARY KEY, name text, organisation text);
            CREATE SCHEMA present; CREATE SCHEMA past;
        """)
        checks = duck.checks().replace("cves", "'{' || array_to_string(cves, ',') || '}'", 1)
        for sql, table in ((duck.findings(), "finding"), (checks, "check_definition"),
                           (duck.sources(), "source")):
            self.copy(duck, sql, table)
        for world in ("present", "past"):
            for table in ("inventory", "devices"):
                columns = "asset, name, class, organisation, system"
                self.psql(f"CREATE TABLE {world}.{table} (asset bigint PRIMARY KEY, name text, "
                          "class text, organisation text, system text)")
                path = literal(job[table][world])
                self.copy(duck, f"SELECT {columns} FROM read_parquet({path})", f"{world}.{table}")
        for table, columns in SCORES.items():
            kinds = (f"{name} {'text' if name in TEXTS else 'bigint'}" for name in columns)
            self.psql(f"CREATE TABLE {table} ({', '.join(kinds)})")
            self.copy(duck, f"SELECT {', '.join(columns)} FROM {table}", table)
        past = literal(job["past"])
        seen = f"f.first_seen <= {past} AND (f.resolved_at IS NULL OR f.resolved_at > {past})"
        worlds = (("present", "true", "resolved_at IS NULL"), ("past", seen, "true"))
        problems = PROBLEMS.format(one="cardinality(cves) = 1", first="cves[1]")
        views = "".join(f"""
            SET search_path = {world}, public;
            CREATE VIEW finding_history AS {HISTORY.format(there=there)};
            CREATE VIEW findings AS SELECT * FROM finding_history WHERE {is_open};
            CREATE VIEW problems AS {problems};
        """ for world, there, is_open in worlds)
        self.psql(f"""
            CREATE INDEX ON finding (asset);
            CREATE INDEX ON finding (check_number);
            CREATE INDEX ON finding (severity);
            CREATE INDEX ON finding (first_seen);
            CREATE INDEX ON finding (resolved_at);
            CREATE UNIQUE INDEX ON check_definition (tool, check_id);
            CREATE INDEX ON check_definition USING gin (cves);
            CREATE INDEX ON asset_scores (open_micro);
            CREATE INDEX ON score_lines (level, open_micro);
            {views}
            VACUUM ANALYZE;
        """)

    def phrase(self, word, of):
        if word == "time":
            return f"TIMESTAMPTZ {literal(of)}"
        if word == "month":
            return f"date_trunc('month', {of})"
        return f"cves @> ARRAY[{literal(of)}]"

    def ask(self, sql, past):
        took, rows = self.asked(sql, past, 1)
        if took < LONG * 1000:
            took, rows = self.asked(sql, past, TIMES)
        # The server's processes are not ours to count.
        return took, None, rows

    def asked(self, sql, past, times):
        """As often as is said, by one client."""
        world = "past" if past else "present"
        script = f"SET search_path = {world}, public;\n\\timing on\n"
        script += f"{sql};\n\\echo \x1e\n" * times
        *asked, _ = self.psql(script, "-A", "-F", "\x1f", "-P", "null=\x15").split("\x1e\n")
        took = []
        for answer in asked:
            lines = answer.splitlines()
            took.append(float(re.search(r"Time: ([0-9.]+) ms", lines.pop()).group(1)))
        columns, *lines = [line.split("\x1f") for line in lines]
        rows = [[self.cell(*pair) for pair in zip(columns, line)] for line in lines
                if not re.fullmatch(r"\(\d+ rows?\)", line[0])]
        return min(took), rows

    @staticmethod
    def cell(column, text):
        if text == "\x15":
            return None
        if column in MOMENTS:
            return re.sub(r"^(\S+) ([0-9:]+)(\.\d+)?\+00$", r"\1T\2Z", text)
        return text

    def close(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
