"""Children end with their parent, whichever way it ends; the broker keeps what it is told to keep."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from fhir_screener.errors import ServerError
from fhir_screener.sandbox.broker import broker, broker_process
from fhir_screener.sandbox.processes import child, stop

PARENT = """
import sys, time
from fhir_screener.sandbox.broker import broker_process
from fhir_screener.sandbox.processes import child, fhir_server

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"

try:
    with fhir_server() as server, broker_process() as broker, \\
            child([sys.executable, "-c", STUBBORN], announces=True, death_signal=9, grace=0.2) as stubborn:
        stubborn.stdout.readline()
        print(server.process.pid, broker.process.pid, stubborn.pid, flush=True)
        time.sleep(600)
except KeyboardInterrupt:
    sys.exit(130)
"""


def alive(pid: int) -> bool:
    """A zombie is not: whoever adopted it has only to fetch its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> list[int]:
    end = time.monotonic() + 20
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.fixture
def family():
    """A parent process and the numbers of its three children."""

    def ctrl_c_works() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=ctrl_c_works,
    )
    with parent:
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(children) == 3, parent.stderr.read()
        assert all(map(alive, children))
        yield parent, children
        for pid in [parent.pid, *children]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the death of their parent")
def test_kill_of_the_parent_leaves_nobody(family):
    parent, children = family
    parent.kill()
    parent.wait()
    assert wait_until_gone(children) == []


def test_ctrl_c_at_the_terminal_ends_all_without_a_traceback(family):
    parent, children = family
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.wait(30) == 130
    assert parent.stderr.read() == ""
    assert wait_until_gone(children) == []


def test_a_second_ctrl_c_does_not_leave_a_stubborn_child(family):
    parent, children = family
    os.killpg(parent.pid, signal.SIGINT)
    time.sleep(0.05)
    os.killpg(parent.pid, signal.SIGINT)
    parent.wait(30)
    assert wait_until_gone(children) == []


def test_a_child_that_will_not_end_is_killed_with_its_own_children(tmp_path):
    script = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(15, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(inner.pid, flush=True); time.sleep(600)\n"
    )
    with child([sys.executable, "-c", script], announces=True, grace=0.1, log=tmp_path / "log") as process:
        inner = int(process.stdout.readline())
    assert process.returncode == -signal.SIGKILL
    assert wait_until_gone([inner]) == []


def test_output_goes_to_the_log_and_the_environment_is_the_one_given(tmp_path):
    log = tmp_path / "log"
    script = "import os, sys; print(os.environ['X']); print('oh', file=sys.stderr)"
    with child([sys.executable, "-c", script], env={"X": "y"}, log=log) as process:
        assert process.wait(20) == 0
    assert sorted(log.read_text().split()) == ["oh", "y"]
    stop(process)


def test_a_command_that_does_not_exist_is_said():
    with pytest.raises(ServerError, match="no-such-command"), child(["no-such-command"]):
        pass


def test_broker_answers_and_ends():
    with broker() as url, redis.Redis.from_url(url) as client:
        assert client.ping()
        assert client.config_get("bind")["bind"] == "127.0.0.1"
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_broker_with_a_folder_finds_its_queues_again_after_a_kill(tmp_path):
    with broker_process(folder=tmp_path) as first:
        with redis.Redis.from_url(first.url) as client:
            client.lpush("queue", "1", "2")
            client.execute_command("WAITAOF", 1, 0, 5000)
        first.process.kill()
        first.process.wait()
    with broker_process(folder=tmp_path, port=first.port) as second, redis.Redis.from_url(second.url) as client:
        assert second.url == first.url
        assert client.llen("queue") == 2


def test_a_taken_port_is_said():
    with broker_process() as first, pytest.raises(ServerError, match="port"), broker_process(port=first.port):
        pass
