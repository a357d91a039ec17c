"""Credentials reach the header, and nothing else."""

import base64
import os

import pytest

from fhir_screener.errors import AuthError, SettingsError
from fhir_screener.fhir.auth import BasicAuth, BearerAuth, BearerFile, NoAuth


def header(auth):
    headers = {}
    auth.apply(headers)
    return headers.get("Authorization")


def test_none_sends_nothing_and_has_nothing_to_renew():
    assert header(NoAuth()) is None
    assert NoAuth().renew({}) is False


def test_basic_is_utf8():
    scheme, _, value = header(BasicAuth("jürgen", "pa:ß")).partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(value).decode() == "jürgen:pa:ß"


def test_a_user_with_a_colon_would_be_another_user():
    with pytest.raises(SettingsError, match="colon"):
        BasicAuth("a:b", "c")


def test_bearer_is_stripped():
    assert header(BearerAuth(" abc.def \n")) == "Bearer abc.def"


@pytest.mark.parametrize("token", ["", "  ", "abc def", "abc\r\nX-Evil: 1", "tökén"])
def test_a_token_that_is_none(token):
    with pytest.raises(SettingsError) as caught:
        BearerAuth(token)
    assert not token.strip() or token.strip() not in str(caught.value)


def test_a_token_file_is_read_again_when_it_changes(tmp_path):
    file = tmp_path / "token"
    file.write_text("one\n")
    auth = BearerFile(file)
    assert header(auth) == "Bearer one"
    file.write_text("another\n")
    assert header(auth) == "Bearer another"


def test_after_a_401_the_file_is_read_whatever_its_date(tmp_path):
    file = tmp_path / "token"
    file.write_text("one")
    auth = BearerFile(file)
    refused = {"Authorization": header(auth)}
    assert auth.renew(refused) is False
    before = file.stat()
    file.write_text("two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert auth.renew(refused) is True
    assert header(auth) == "Bearer two"


def test_a_token_that_another_thread_has_read_anew_is_new_to_whoever_was_refused_the_old_one(tmp_path):
    """Several requests are under way when the token changes: each of them is sent again, not only the first refused."""
    file = tmp_path / "token"
    file.write_text("one")
    auth = BearerFile(file)
    first, second = {"Authorization": header(auth)}, {"Authorization": header(auth)}
    file.write_text("another")
    assert auth.renew(first) is True
    assert auth.renew(second) is True


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff\xfe"])
def test_a_token_file_that_cannot_be_used(tmp_path, content):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AuthError, match=r"token file .* cannot be used") as caught:
        header(BearerFile(file))
    assert caught.value.__context__ is None
    assert "words" not in str(caught.value)


def test_secrets_do_not_show():
    for auth in (BasicAuth("user", "hunter2"), BearerAuth("hunter2")):
        assert "hunter2" not in repr(auth) + str(auth)
