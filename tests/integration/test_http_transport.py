"""What sockets do to a session: cut, zipped, silent and reused connections, TLS, proxies, forks."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fhir_screener import errors
from fhir_screener.fhir.retry import NO_RETRY, Retry
from fhir_screener.fhir.search import search_all
from fhir_screener.fhir.session import FhirSession
from tests.hapi.run_hapi import free_port

BODY = json.dumps({"resourceType": "Patient", "id": "1", "name": [{"family": "x" * 3000}]}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


def whole(body: bytes = BODY, extra: bytes = b"") -> bytes:
    return HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + end


class Scripted:
    """Gives one scripted answer a request, byte for byte; closes the connection after each unless `keep`."""

    def __init__(self, *answers: bytes, keep: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self.answers, self.keep, self.tls = list(answers), keep, tls
        self.requests: list[bytes] = []
        self.connections = 0
        self._released = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/fhir"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                try:
                    plain = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
                    with plain:
                        self._talk(plain)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket) -> None:
        while request := self._request(connection):
            self.requests.append(request)
            answer = self.answers.pop(0) if self.answers else b""
            if answer == b"silence":
                self._released.wait(30)
                return
            connection.sendall(answer)
            if not self.keep:
                return

    def _request(self, connection: socket.socket) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got:
            part = connection.recv(65536)
            if not part:
                return b""
            got += part
            if got.startswith(b"\x16"):
                return got  # the first byte of TLS: a real web server complains at once
        head, _, body = got.partition(b"\r\n\r\n")
        size = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < size:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        self._released.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


Make = Callable[..., Scripted]


@pytest.fixture
def serve() -> Iterator[Make]:
    made: list[Scripted] = []

    def make(*answers: bytes, keep: bool = False, tls: ssl.SSLContext | None = None) -> Scripted:
        made.append(Scripted(*answers, keep=keep, tls=tls))
        return made[-1]

    yield make
    for server in made:
        server.close()


def once(base: str) -> FhirSession:
    return FhirSession(base, retries=NO_RETRY)


def patient(base: str) -> Retry:
    return Retry(attempts=3, first_wait=0.001)


CUTS = {
    "fewer bytes than Content-Length": HEAD + b"Content-Length: 9999\r\n\r\n" + BODY,
    "no bytes at all": b"",
    "cut inside the headers": HEAD[:30],
    "cut inside a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + BODY[:100],
    "cut between chunks": chunked(BODY, end=b""),
    "no length, cut inside the JSON": HEAD + b"Connection: close\r\n\r\n" + BODY[:200],
    "gzip cut, length right": whole(gzip.compress(os.urandom(9) + BODY)[:60], b"Content-Encoding: gzip\r\n"),
    "gzip that is none": whole(BODY, b"Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("answer", CUTS.values(), ids=CUTS)
def test_a_cut_answer_is_never_taken_for_one(serve: Make, answer: bytes) -> None:
    server = serve(answer)
    with once(server.base) as session, pytest.raises((errors.Unreachable, errors.NotFhir)) as caught:
        session.get("Patient/1", expect="Patient")
    assert f"GET {server.base}/Patient/1: " in str(caught.value) or f"{server.base}/Patient/1: " in str(caught.value)


@pytest.mark.parametrize("name", [name for name in CUTS if not name.startswith("gzip cut")])
def test_a_cut_answer_is_asked_for_again(serve: Make, name: str) -> None:
    server = serve(CUTS[name], whole())
    with FhirSession(server.base, retries=patient(server.base)) as session:
        assert session.get("Patient/1", expect="Patient").body == BODY
    assert len(server.requests) == 2


def test_a_post_whose_answer_is_lost_is_not_sent_twice(serve: Make) -> None:
    server = serve(b"", whole())
    with FhirSession(server.base, retries=patient(server.base)) as session, pytest.raises(errors.Unreachable):
        session.post("Task", b"{}")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        whole(gzip.compress(BODY), b"Content-Encoding: gzip\r\n"),
        chunked(BODY[:10], BODY[10:]),
        chunked(gzip.compress(BODY)).replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1),
        HEAD + b"Connection: close\r\n\r\n" + BODY,
    ],
    ids=["gzip", "chunked", "chunked gzip", "until closed"],
)
def test_every_way_of_sending_a_whole_body(serve: Make, answer: bytes) -> None:
    server = serve(answer)
    with once(server.base) as session:
        assert session.get("Patient/1", expect="Patient").body == BODY


def test_a_body_of_many_chunks(serve: Make) -> None:
    entries = [{"resource": {"resourceType": "Observation", "id": str(n), "note": "x" * 1000}} for n in range(5000)]
    bundle = {"resourceType": "Bundle", "total": len(entries), "entry": entries}
    server = serve(whole(json.dumps(bundle).encode()))
    with once(server.base) as session:
        found = search_all(session, "Observation")
    assert len(found.entries) == 5000
    assert found.complete


def test_connections_are_reused(serve: Make) -> None:
    server = serve(whole(), whole(), whole(), keep=True)
    with once(server.base) as session:
        for _ in range(3):
            session.get("Patient/1")
    assert (server.connections, len(server.requests)) == (1, 3)


def test_an_error_answer_leaves_the_connection_usable(serve: Make) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    server = serve(missing, whole(), keep=True)
    with once(server.base) as session:
        with pytest.raises(errors.NotFound):
            session.get("Patient/2")
        session.get("Patient/1")
    assert server.connections == 1


def test_a_connection_the_server_closed_meanwhile_is_replaced(serve: Make) -> None:
    server = serve(whole(), whole())
    with FhirSession(server.base, retries=patient(server.base)) as session:
        session.get("Patient/1")
        session.get("Patient/1")
    assert server.connections == 2


def test_a_server_that_never_answers(serve: Make) -> None:
    server = serve(b"silence")
    session = FhirSession(server.base, timeout=(1.0, 0.2), retries=NO_RETRY)
    with session, pytest.raises(errors.Unreachable, match=r"no answer within 0\.2 s"):
        session.get("Patient/1")


def test_a_server_that_falls_silent_in_mid_body(serve: Make) -> None:
    server = serve(HEAD + b"Content-Length: 9999\r\n\r\n" + BODY, b"silence", keep=True)
    session = FhirSession(server.base, timeout=(1.0, 0.2), retries=NO_RETRY)
    with session, pytest.raises(errors.Unreachable, match=r"no answer within 0\.2 s"):
        session.get("Patient/1")


def test_nobody_listens() -> None:
    with (
        once(f"http://127.0.0.1:{free_port()}/fhir") as session,
        pytest.raises(errors.Unreachable, match="no connection"),
    ):
        session.get("Patient/1")


def test_a_proxy_is_asked_for_everything(serve: Make) -> None:
    proxy = serve(whole())
    with FhirSession("http://ehr.example.org/fhir", proxy=f"http://127.0.0.1:{proxy.port}") as session:
        session.get("Patient/1")
    assert proxy.requests[0].startswith(b"GET http://ehr.example.org/fhir/Patient/1 HTTP/1.1\r\n")


def test_a_proxy_that_is_not_there() -> None:
    session = FhirSession("http://ehr.example.org/fhir", proxy=f"http://127.0.0.1:{free_port()}", retries=NO_RETRY)
    with session, pytest.raises(errors.Unreachable, match="proxy"):
        session.get("Patient/1")


def test_a_forked_child_opens_its_own_connection(serve: Make) -> None:
    server = serve(whole(), whole(), keep=False)
    with once(server.base) as session:
        session.get("Patient/1")
        inherited = session._transport._connected()
        child = os.fork()
        if child == 0:
            os._exit(0 if session._transport._connected() is not inherited else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert session._transport._connected() is inherited


# TLS


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey, host: str | None = None
) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        made = made.add_extension(address, critical=False)
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ec.EllipticCurvePrivateKey, Path]:
    key, bundle = _key(), tmp_path_factory.mktemp("ca") / "ca.pem"
    bundle.write_bytes(_certificate("test authority", key, "test authority", key))
    return key, bundle


def _context(folder: Path, signer: ec.EllipticCurvePrivateKey, host: str) -> ssl.SSLContext:
    key = _key()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(pem + _certificate("test server", key, "test authority", signer, host))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


Authority = tuple[ec.EllipticCurvePrivateKey, Path]


def test_a_ca_bundle_of_ones_own(serve: Make, authority: Authority, tmp_path: Path) -> None:
    signer, bundle = authority
    server = serve(whole(), tls=_context(tmp_path, signer, "127.0.0.1"))
    with FhirSession(server.base, ca_bundle=bundle, retries=NO_RETRY) as session:
        assert session.get("Patient/1", expect="Patient").status == 200


@pytest.mark.parametrize(("trusted", "host"), [(False, "127.0.0.1"), (True, "127.0.0.2")])
def test_a_certificate_that_does_not_fit_is_said_once_and_nothing_is_sent(
    serve: Make, authority: Authority, tmp_path: Path, trusted: bool, host: str
) -> None:
    signer, bundle = authority
    server = serve(whole(), whole(), whole(), tls=_context(tmp_path, signer, host))
    session = FhirSession(server.base, ca_bundle=bundle if trusted else None, retries=patient(server.base))
    with session, pytest.raises(errors.NotTrusted, match="CA bundle"):
        session.get("Patient/1")
    assert server.connections == 1
    assert server.requests == []


def test_https_to_a_server_that_speaks_http(serve: Make) -> None:
    server = serve(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with once(server.base.replace("http:", "https:")) as session, pytest.raises(errors.Unreachable, match="TLS"):
        session.get("Patient/1")


def test_an_unusable_ca_bundle(serve: Make, authority: Authority, tmp_path: Path) -> None:
    server = serve(whole(), tls=_context(tmp_path, authority[0], "127.0.0.1"))
    file = tmp_path / "empty.pem"
    file.write_text("")
    with pytest.raises(errors.SettingsError, match="CA bundle"):
        FhirSession(server.base, ca_bundle=file)
