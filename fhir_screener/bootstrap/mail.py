"""E-mail to coordinators when a sweep closes, by SMTP (RFC 5321). Counts and a link, never a patient.

Each sweep is told of at most once: its own Task is marked before the first e-mail goes out. Who crashes before the mark
tells when the sweep is closed anew; who crashes after it has told nobody, or some: the rest are not told of this sweep.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol

from fhir_screener.errors import ScreenerError, SettingsError
from fhir_screener.i18n import LANGUAGES, translator
from fhir_screener.log import Log
from fhir_screener.screening.news import Coordinator, coordinators, news
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_plan import Head
from fhir_screener.sentence import render, say
from fhir_screener.settings import Settings, variable

_log = Log(__name__)
SECONDS = 30.0
"""Patience with a mail server: the sweep waits for it."""


class Marks(Protocol):
    """`fhir.task.SweepTasks`: the sweep's own Task."""

    def claim_news(self, head: Head) -> bool: ...


class Post:
    """Implements `screening.sweep_ports.Herald`. A failure is a warning, never the sweep's end."""

    def __init__(self, settings: Settings, marks: Callable[[], Marks], now: Callable[[], datetime]) -> None:
        self._settings, self._marks, self._now = settings, marks, now

    def closing(self, head: Head, report: SweepReport) -> tuple[str, ...]:
        """Tell coordinators of a sweep that is about to be closed; warnings for its report."""
        if not self._settings.mail_host or not self._settings.mail_to or head.dry_run:
            return ()
        try:
            return self._told(head, report)
        except ScreenerError as error:
            return (f"no e-mail was sent to coordinators: {error}",)
        except Exception as error:
            # Whatever it is: the sweep is done, and is closed.
            return (f"e-mails to coordinators were not sent: {_why(error)}",)

    def _told(self, head: Head, report: SweepReport) -> tuple[str, ...]:
        mails = messages(self._settings, report, self._now())
        if not mails or not self._marks().claim_news(head):
            return ()
        failed = list(self._send(mails))
        if not failed:
            _log.info("news.sent", sweep=head.sweep)
            return ()
        _log.warning("news.failed", sweep=head.sweep, error=failed[0])
        return (f"{len(failed)} of {len(mails)} e-mails to coordinators were not sent: {failed[0]}",)

    def _send(self, mails: Sequence[EmailMessage]) -> Iterator[str]:
        """Send them all over one connection; why for each that was not sent. No address is named."""
        left = len(mails)
        try:
            with connected(self._settings) as server:
                for mail in mails:
                    try:
                        server.send_message(mail)
                    except smtplib.SMTPServerDisconnected:
                        raise
                    except (smtplib.SMTPException, ValueError) as error:
                        yield _why(error)
                    left -= 1
        except (OSError, smtplib.SMTPException) as error:
            # An error at parting, when all are sent, loses nothing.
            yield from [_why(error)] * left


def messages(settings: Settings, report: SweepReport, now: datetime) -> list[EmailMessage]:
    """The e-mails about a sweep, one a coordinator for whom something changed. Raises SettingsError."""
    sender = sender_of(settings)
    return [
        mail
        for who in recipients(settings)
        if (mail := message(report, who, sender, str(settings.web_public_url or ""), now)) is not None
    ]


def message(report: SweepReport, who: Coordinator, sender: Address, place: str, now: datetime) -> EmailMessage | None:
    """The e-mail about a sweep for one coordinator; None where nothing changed for them."""
    found = news(report, who, place)
    if found is None:
        return None
    tell = translator(who.language)
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, Address(who.name, addr_spec=who.address)
    mail["Subject"] = f"{render(say('Screening: {counts}', counts=found.subject), tell)}"
    mail["Date"] = format_datetime(now)
    # The same for the same sweep and reader, so that a mail server can tell a second one.
    unique = hashlib.sha256(f"{report.sweep}|{who.address}".encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{unique}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(str(render(line, tell)) for line in found.lines) + "\n")
    mail["Content-Language"] = who.language
    return mail


def recipients(settings: Settings) -> tuple[Coordinator, ...]:
    """The coordinators of the settings. Raises SettingsError."""
    try:
        return coordinators(settings.mail_to, LANGUAGES)
    except SettingsError as error:
        raise SettingsError(f"{variable('mail_to')}: {error}") from None


def sender_of(settings: Settings) -> Address:
    """Who the e-mails are from. Raises SettingsError."""
    name, address = parseaddr(settings.mail_from)
    try:
        found = Address(name, addr_spec=address)
    except (ValueError, IndexError):
        found = Address()
    if not found.username or not found.domain:
        raise SettingsError(f"{variable('mail_from')}: write an address, such as Screening <screening@example.org>")
    return found


def connected(settings: Settings) -> smtplib.SMTP:
    """A session with the mail server, encrypted and signed in as the settings say. Raises OSError, SMTPException."""
    host, port = settings.mail_host, settings.mail_port
    context = ssl.create_default_context(cafile=str(settings.ca_bundle) if settings.ca_bundle else None)
    if settings.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        if settings.mail_security == "starttls":
            server.starttls(context=context)
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _why(error: Exception) -> str:
    """The kind of error and its code: what a server says may name an address."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return type(error).__name__ + (f" {code}" if code else "")
