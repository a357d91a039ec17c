"""Workers and the broker killed at random in mid-sweep: candidates lost, doubled, written twice.

    python bench/kills.py [SWEEPS] [PATIENTS] [SEED]      default: 6 sweeps of 300 patients, seed 1

Real worker processes, a real broker with an append-only file, the sandbox server. Each sweep begins on an empty target, has three
workers and a broker killed in it, each after a random number of chunks, and must leave what an undisturbed sweep in one
process leaves.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.sandbox.processes import fhir_server

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integration.sweep_world import STUDY, Plant, valkey

WORKERS_KILLED = 3
FLUSH = 1.1  # seconds after which the broker's file holds what the broker was told


def undisturbed(files: list[Path], folder: Path) -> set[tuple[str, str]]:
    """{(patient, outcome)} after a sweep in one process."""
    with fhir_server(load=files, log=folder / "sandbox.log") as server, valkey(folder) as broker:
        plant = Plant(server.base_url, broker, folder, cohort="all")
        plant.screener.sweep([STUDY], AS_OF)
        return set(plant.tasks())


def disturbed(files: list[Path], folder: Path, chance: random.Random) -> tuple[dict[tuple[str, str], list[str]], str]:
    """({(patient, outcome): versions of its Tasks}, what was done to it) after a sweep with kills."""
    with fhir_server(load=files, log=folder / "sandbox.log") as server, valkey(folder) as broker:
        plant = Plant(server.base_url, broker, folder, cohort="all")
        try:
            plant.start_worker()
            (head,) = plant.screener.start([STUDY], AS_OF)
            last = head.patients // plant.settings.chunk_size - 2
            moments = sorted(chance.sample(range(1, last), WORKERS_KILLED + 1))
            broker_at = chance.choice(moments)
            for chunks in moments:
                plant.until(head.sweep, chunks)
                time.sleep(chance.random() * 0.2)
                if chunks == broker_at:
                    time.sleep(FLUSH)
                    broker.kill()
                    time.sleep(chance.random() * 3)
                    broker.start()
                else:
                    plant.kill_worker()
                    plant.start_worker()
            report = plant.screener.follow(head)
            told = (
                f"{report.state.value}, {len(report.unread)} unread, killed at chunks {moments}, broker at {broker_at}"
            )
            return plant.tasks(), told
        finally:
            plant.stop()


def main() -> None:
    sweeps, patients, seed = (int(given) for given in (*sys.argv[1:], *"6 300 1".split()[len(sys.argv) - 1 :]))
    chance = random.Random(seed)
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as work:
        hospital = Path(work, "hospital")
        write(hospital, patients=patients, seed=seed)
        files = sorted(hospital.glob("*.ndjson"))
        expected = undisturbed(files, folder_in(work, "undisturbed"))
        print(f"undisturbed: {len(expected)} Tasks")
        for turn in range(sweeps):
            tasks, told = disturbed(files, folder_in(work, f"sweep-{turn}"), chance)
            found = {
                "lost": len(expected - set(tasks)),
                "unplanned": len(set(tasks) - expected),
                "doubled": sum(len(versions) > 1 for versions in tasks.values()),
                "written twice": sum(versions != ["1"] for versions in tasks.values() if len(versions) == 1),
            }
            total += Counter(found)
            print(f"sweep {turn + 1}: {len(tasks)} Tasks, {as_words(found)}; {told}", flush=True)
    print(f"all: {sweeps * WORKERS_KILLED} workers and {sweeps} brokers killed; {as_words(total)}")


def folder_in(work: str, name: str) -> Path:
    folder = Path(work, name)
    folder.mkdir()
    return folder


def as_words(found: dict[str, int] | Counter[str]) -> str:
    return ", ".join(f"{found[name]} {name}" for name in ("lost", "unplanned", "doubled", "written twice"))


if __name__ == "__main__":
    main()
