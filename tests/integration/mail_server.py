"""A small SMTP server on loopback (RFC 5321): STARTTLS, AUTH PLAIN, and ways to go wrong."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Mailbox:
    """What arrived. `refused` addresses are refused, `password` is asked for where there is one."""

    refused: frozenset[str] = frozenset()
    password: str = ""
    hang_up: bool = False
    tls: ssl.SSLContext | None = None
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.known, self.secret = not self.box.password, False
        self.say("220 loopback")
        if self.box.hang_up:
            return
        while line := self.rfile.readline():
            if not self.answer(line.decode("utf-8", "replace").strip()):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def say(self, text: str) -> bool:
        self.wfile.write(f"{text}\r\n".encode())
        return True

    def answer(self, line: str) -> bool:
        word = line[:8].upper()
        if word.startswith("EHLO"):
            offers = ["STARTTLS"] if self.box.tls and not self.secret else ["AUTH PLAIN", "SMTPUTF8"]
            return self.say("250-loopback\r\n" + "\r\n".join(f"250-{one}" for one in offers) + "\r\n250 8BITMIME")
        if word.startswith("STARTTLS"):
            return self.encrypt()
        if word.startswith("AUTH"):
            given = base64.b64decode(line.split()[-1]).decode().split("\0")
            self.known = given[-1] == self.box.password
            return self.say("235 ok" if self.known else "535 no")
        if word.startswith("RCPT"):
            return self.say("550 <x@y> unknown" if any(one in line for one in self.box.refused) else "250 ok")
        if word.startswith("MAIL") and not self.known:
            return self.say("530 sign in first")
        if word.startswith("DATA"):
            return self.take()
        if word.startswith("QUIT"):
            self.say("221 bye")
            return False
        return self.say("250 ok")

    def take(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self.box.mails.append(mail)  # type: ignore[arg-type]
        self.box.encrypted.append(self.secret)
        return self.say("250 taken")

    def encrypt(self) -> bool:
        assert self.box.tls
        self.say("220 go ahead")
        try:
            self.connection = self.box.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False  # the other side trusts us not
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.secret = True
        return True


@contextmanager
def mail_server(box: Mailbox) -> Iterator[Mailbox]:
    """The server of a mailbox; its port is in the mailbox."""
    handler = type("Talk", (_Talk,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A context for a server on 127.0.0.1, and the PEM file by which it is trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*kinds))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
