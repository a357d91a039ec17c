#!/usr/bin/env python3
"""Start a real HAPI FHIR R4 JPA server on loopback for integration tests.

Needs a JDK (17+) and, the first time only, Maven. Standard library only.
    run_hapi.py --port 18080 --db mem        prints the base URL, serves until SIGTERM or its parent ends
    run_hapi.py --prepare [--cds]            only downloads and compiles (and archives classes)
    run_hapi.py --validate FILE...           validates resources offline; StructureDefinitions are loaded first
From Python: `with run_hapi.server() as base: ...` and `run_hapi.validate([paths])`.
"""

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = [HERE / "pom.xml", *sorted((HERE / "src").iterdir())]
OWN_PORTS = range(20_000, 32_000)
"""Below those that outgoing connections are given: a server may take long to start, and its port must be free still."""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


class Missing(RuntimeError):
    """Java or Maven is not here, and nothing was prepared before."""


def default_work() -> Path:
    """The folder of jars and classes: $HAPI_WORK, else one in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("HAPI_WORK") or Path(cache) / "fhir-screener-hapi")


def missing(work: Path | None = None) -> str:
    """What is lacking to start a server here, in words; empty if nothing is."""
    work = Path(work or default_work())
    tools = ["java"] if _prepared(work) else ["java", "javac", "jar", "mvn"]
    lacking = [tool for tool in tools if not shutil.which(tool)]
    if not lacking:
        return ""
    return f"{', '.join(lacking)} not found: needs a JDK 17+ and Maven, or a prepared {work}"


def _digest() -> str:
    return hashlib.sha256(b"".join(p.read_bytes() for p in SOURCES)).hexdigest()


def _prepared(work: Path) -> bool:
    stamp = work / "stamp"
    return stamp.exists() and stamp.read_text() == _digest()


def prepare(work: Path | None = None, cds: bool = False) -> Path:
    """Download the jars and compile, unless done before from the same sources; the folder can be cached by CI."""
    work = Path(work or default_work()).resolve()
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _prepared(work):
            _download_and_compile(work)
        if cds and not (work / "app.jsa").exists():
            with _running(work, timeout=300, extra=["-XX:ArchiveClassesAtExit=new.jsa"]):
                pass
            (work / "new.jsa").rename(work / "app.jsa")
    return work


def _download_and_compile(work: Path) -> None:
    if lacking := missing(work):
        raise Missing(lacking)
    for old in ("lib", "classes", "app.jsa", "stamp"):
        path = work / old
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def run(*command: object) -> None:
        subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr, cwd=work)

    run("mvn", "-q", "-B", "-f", HERE / "pom.xml", f"-DoutputDirectory={work / 'lib'}", COPY)
    java = [p for p in SOURCES if p.suffix == ".java"]
    run("javac", "-proc:none", "-cp", "lib/*", "-d", "classes", *java)
    shutil.copy(HERE / "src" / "logback.xml", work / "classes")
    run("jar", "-c", "-f", "lib/0-server.jar", "-C", "classes", ".")
    (work / "stamp").write_text(_digest())


def java_command(
    work: Path,
    main: str,
    *args: object,
    heap: str = "1g",
    props: Mapping[str, str] | None = None,
    jit: str = "quick",
    extra: Sequence[str] = (),
) -> list[str]:
    """The command line of `main`. jit `quick` starts a third faster, and writes half as fast in the long run."""
    options = list(extra)
    if not extra and (work / "app.jsa").exists():
        options.append("-XX:SharedArchiveFile=app.jsa")
    if jit == "quick":
        options.append("-XX:TieredStopAtLevel=1")
    defines = [f"-D{name}={value}" for name, value in (props or {}).items()]
    jars = ":".join(sorted(f"lib/{p.name}" for p in (work / "lib").glob("*.jar")))
    fixed = ["-XX:+UseSerialGC", f"-Xmx{heap}", "-Xshare:auto", "-Xlog:disable"]
    return ["java", *fixed, *options, *defines, "-cp", jars, main, *map(str, args)]


def free_port() -> int:
    """A port of loopback that nobody holds just now, and that the system gives to nobody who does not ask for it."""
    for port in random.SystemRandom().sample(OWN_PORTS, 50):
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port found")


@contextlib.contextmanager
def _running(
    work: Path,
    port: int = 0,
    db: str = "mem",
    heap: str = "1g",
    timeout: float = 180,
    props: Mapping[str, str] | None = None,
    jit: str = "quick",
    extra: Sequence[str] = (),
    log: Path | None = None,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = port or free_port()
    url = [] if db == "mem" else [f"jdbc:h2:file:{Path(db).resolve()};DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0"]
    with_stdin = {"die.with.stdin": "true", **(props or {})}
    command = java_command(work, "HapiServer", port, *url, heap=heap, jit=jit, extra=extra, props=with_stdin)
    base = f"http://127.0.0.1:{port}/fhir"
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(log.open("ab")) if log else sys.stderr
        # The server ends when this pipe closes, that is also when this process is killed outright.
        server = subprocess.Popen(command, cwd=work, stdin=subprocess.PIPE, stdout=out, stderr=out)
        stack.callback(_stop, server)
        _wait(base, server, time.monotonic() + timeout)
        yield base, server


def _wait(base: str, server: subprocess.Popen[bytes], end: float) -> None:
    while True:
        if server.poll() is not None:
            raise RuntimeError(f"HAPI ended with {server.returncode}; see its output")
        if time.monotonic() > end:
            raise TimeoutError(f"no answer from {base}/metadata in time")
        try:
            with urllib.request.urlopen(base + "/metadata", timeout=30) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    assert server.stdin
    server.stdin.close()


@contextlib.contextmanager
def server(
    port: int = 0,
    db: str = "mem",
    work: Path | None = None,
    heap: str = "1g",
    timeout: float = 180,
    props: Mapping[str, str] | None = None,
    jit: str = "quick",
    log: Path | None = None,
) -> Iterator[str]:
    """Yield the base URL of a fresh server; `props` are the switches of the README, `log` takes its output."""
    with _running(prepare(work), port, db, heap, timeout, props, jit, log=log) as (base, _):
        yield base


def validate(files: Sequence[Path], work: Path | None = None) -> tuple[bool, str]:
    """Validate resources offline against base R4 and the profiles among the files; (valid, what was found)."""
    ready = prepare(work)
    command = java_command(ready, "Validate", *(Path(f).resolve() for f in files), props={"log.level": "ERROR"})
    done = subprocess.run(command, cwd=ready, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def _arguments() -> argparse.Namespace:
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--port", type=int, default=0, help="0: any free one")
    a.add_argument("--db", default="mem", help="mem, or the path of a H2 file (kept between runs)")
    a.add_argument("--heap", default="1g")
    a.add_argument("--jit", choices=("quick", "full"), default="quick", help="full: for loading many thousands")
    a.add_argument("--timeout", type=float, default=180)
    a.add_argument("--work", type=Path, help="where jars and classes lie (default: a folder in the user's cache)")
    a.add_argument("--prepare", action="store_true", help="only download and compile")
    a.add_argument("--cds", action="store_true", help="also write a class archive: faster starts, +150 MB")
    a.add_argument("-D", dest="props", action="append", default=[], metavar="K=V", help="a switch of the README")
    a.add_argument("--validate", nargs="+", type=Path, metavar="FILE")
    return a.parse_args()


def main() -> int:
    o = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(OSError, AttributeError):  # Linux: SIGTERM when our parent ends
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    work = prepare(o.work, cds=o.cds)
    if o.validate:
        valid, found = validate(o.validate, work)
        print(found, end="")
        return 0 if valid else 1
    if not o.prepare:
        props = dict(p.split("=", 1) for p in o.props)
        with _running(work, o.port, o.db, o.heap, o.timeout, props, o.jit) as (base, process):
            print(base, flush=True)
            process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
