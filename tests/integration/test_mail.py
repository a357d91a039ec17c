"""What coordinators are told of a sweep: counts and a link, in their language, once, and only if something changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fhir_screener.bootstrap import build_screener
from fhir_screener.bootstrap.mail import Post
from fhir_screener.cli.digest import app
from fhir_screener.errors import ServerFault
from fhir_screener.screening.report import StudyReport, SweepReport
from fhir_screener.screening.sweep_plan import Head, State
from fhir_screener.settings import Settings
from tests.integration.mail_server import Mailbox, certificate, mail_server
from tests.integration.web_world import DAY, KEY, STUDY, Hospital, found, hospital

NOW = datetime(2021, 3, 2, 3, 0, tzinfo=UTC)
HEAD = Head("sweep-1", {STUDY: "sha256:0f"}, date(2021, 3, 1), "UTC", NOW, "http://127.0.0.1", "http://127.0.0.1", "s")
PEOPLE = (
    "Anna Weiss <anna@hospital.example>;en, 李伟 <li@hospital.example>;zh, Eve <eve@hospital.example>;en;NCT00000009"
)


@dataclass
class Task:
    """A sweep's own Task that remembers whether it was marked."""

    marked: list[str] = field(default_factory=list)
    broken: bool = False

    def claim_news(self, head: Head) -> bool:
        if self.broken:
            raise ServerFault("down")
        self.marked.append(head.sweep)
        return self.marked.count(head.sweep) == 1


def report(**actions: int) -> SweepReport:
    study = StudyReport(STUDY, "sha256:0f", 100, actions=actions, not_evaluated={"p77": "Observation"})
    return SweepReport("sweep-1", State.DONE, date(2021, 3, 1), "UTC", NOW, 1.0, "s", "t", False, 100, studies=(study,))


def settings(box: Mailbox, **changes: Any) -> Settings:
    given = {"mail_host": "127.0.0.1", "mail_port": box.port, "mail_security": "none", "mail_to": PEOPLE}
    sender = {"mail_from": "Screening <screening@hospital.example>", "web_public_url": "https://screening.example"}
    return Settings.build({**given, **sender, "installation_key": KEY, **changes})


def told(box: Mailbox, task: Task | None = None, what: SweepReport | None = None, **changes: Any) -> tuple[str, ...]:
    mark = task or Task()
    return Post(settings(box, **changes), lambda: mark, lambda: NOW).closing(
        HEAD, what or report(created=2, withdrawn=1)
    )


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server(Mailbox()) as made:
        yield made


def test_one_mail_a_coordinator_in_her_language_with_counts_and_a_link(box: Mailbox) -> None:
    assert told(box) == ()
    english, chinese = box.mails
    assert english["To"] == "Anna Weiss <anna@hospital.example>"
    assert english["Subject"] == "Screening: 2 new, 1 no longer match"
    assert f"https://screening.example/study/{STUDY}/new" in english.get_content()
    assert chinese["Content-Language"] == "zh"
    assert "新增" in chinese["Subject"]
    assert "Not read, judged or written: 1" in english.get_content()
    assert "p77" not in english.as_string() + chinese.as_string()


def test_nobody_is_told_of_nothing(box: Mailbox) -> None:
    task = Task()
    assert told(box, task, report(unchanged=5, left=90)) == ()
    assert box.mails == task.marked == []


def test_nobody_is_told_twice_of_one_sweep(box: Mailbox) -> None:
    """A worker that dies after the mark is the one case in which nobody is told."""
    task = Task()
    told(box, task)
    told(box, task)
    assert len(box.mails) == 2
    assert told(box, Task(broken=True)) == ("no e-mail was sent to coordinators: down",)
    assert len(box.mails) == 2


def test_one_refused_address_keeps_nobody_else_uninformed_and_is_not_named(box: Mailbox) -> None:
    box.refused = frozenset({"anna@"})
    (warning,) = told(box)
    assert warning == "1 of 2 e-mails to coordinators were not sent: SMTPRecipientsRefused"
    assert [mail["Content-Language"] for mail in box.mails] == ["zh"]


@pytest.mark.parametrize("changes", [{"mail_port": 1}, {"mail_security": "starttls"}, {"mail_security": "tls"}])
def test_a_mail_server_that_fails_is_a_warning(box: Mailbox, changes: dict[str, Any]) -> None:
    (warning,) = told(box, **changes)
    assert warning.startswith("2 of 2 e-mails to coordinators were not sent: ")


def test_a_server_that_hangs_up_is_a_warning(box: Mailbox) -> None:
    box.hang_up = True
    assert told(box)[0].startswith("2 of 2 ")


def test_encrypted_and_signed_in(box: Mailbox, tmp_path: Path) -> None:
    box.tls, trusted = certificate(tmp_path)
    box.password = "secret"
    given = {"mail_security": "starttls", "mail_user": "screening", "ca_bundle": trusted}
    assert told(box, mail_password="secret", **given) == ()
    assert box.encrypted == [True, True]
    assert told(box, mail_password="wrong", **given)[0].endswith("SMTPAuthenticationError 535")
    assert told(box, **{**given, "ca_bundle": None}, mail_password="secret")[0].startswith("2 of 2")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("mail"), 40) as swept:
        yield swept


def test_a_real_sweep_tells_once_marks_its_task_and_can_be_shown(there: Hospital, box: Mailbox) -> None:
    post = {name: getattr(settings(box), name) for name in settings(box).model_fields_set if name.startswith("mail_")}
    screener = build_screener(there.settings(**post, web_public_url="https://screening.example"))
    (second,) = screener.sweep([STUDY], DAY + timedelta(days=40))
    assert box.mails == []  # the hospital was swept on that day before: nothing has changed
    for task in found(there.base, "Task"):
        if task["intent"] == "proposal":
            screener.servers.target.delete(f"Task/{task['id']}")
            break
    time.sleep(1.1)  # the newest sweep is told by its second
    (third,) = screener.sweep([STUDY], date(2026, 9, 1))
    assert len(box.mails) == 2
    assert not third.warnings or not any("e-mail" in warning for warning in third.warnings)
    sweeps = [task for task in found(there.base, "Task", "_count=500") if task["intent"] == "plan"]
    notes = {task["identifier"][0]["value"]: task.get("note") for task in sweeps}
    assert notes[third.sweep] == [{"text": "Coordinators are told by e-mail."}]
    assert notes[second.sweep] is None
    text = "".join(mail.as_string() for mail in box.mails)
    assert not [secret for secret in there.secrets if secret in text]
    environment = there.settings().environment()
    shown = CliRunner().invoke(app, ["--print", "--study", STUDY, "--lang", "zh"], env=environment)
    assert shown.exit_code == 0, shown.output
    assert f"Subject: {box.mails[1]['Subject']}" in shown.output
    alone = {name: value for name, value in environment.items() if name != "FHIR_SCREENER_SOURCE_URL"}
    asked = ["--print", "--study", STUDY, "--lang", "zh", "--target", there.base]
    assert CliRunner().invoke(app, asked, env=alone).output == shown.output  # of charts it asks nothing
