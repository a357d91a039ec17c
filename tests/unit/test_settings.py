"""Settings: names, values, what is refused, and that no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from fhir_screener.errors import SettingsError
from fhir_screener.settings import DEMO_KEY, PREFIX, Settings, env_example, is_loopback, variable

ROOT = Path(__file__).parents[2]

NAMES = """
source_url source_name source_profile source_auth source_user source_password source_token source_token_file
target_url target_auth target_user target_password target_token target_token_file
ca_bundle proxy connect_timeout read_timeout connections allowed_origins
installation_key owner mappings site studies cohort
broker_url ledger_url ledger_days batch_size chunk_size chunk_seconds sweep_seconds lock_seconds quiet_seconds attempts
nightly_hour nightly_minute nightly_zone web_host web_port web_auth web_token web_public_url
web_grants web_proxies web_user_header web_name_header web_groups_header web_sign_out_url web_oidc_issuer web_oidc_client
web_oidc_secret web_oidc_scopes web_oidc_groups web_oidc_user ehr_link mail_host mail_port
mail_security mail_user mail_password mail_from mail_to log_level log_format
sandbox_patients sandbox_seed sandbox_port
"""


def test_the_names_are_a_wire_contract() -> None:
    assert list(Settings.model_fields) == NAMES.split()


def test_every_setting_is_described_and_in_the_example_file() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert (ROOT / ".env.example").read_text(encoding="utf-8").startswith(env_example())


def test_values_come_from_the_mapping_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "SOURCE_NAME", "from-the-process")
    settings = Settings.from_env(
        {
            PREFIX + "SOURCE_URL": "https://ehr.example/fhir/",
            PREFIX + "STUDIES": "NCT04660565, NCT00000001,",
            "HOME": "/",
        }
    )
    assert settings.source_name == "default"
    assert settings.source_url == "https://ehr.example/fhir"
    assert settings.studies == ("NCT04660565", "NCT00000001")
    assert settings.writes_to == "https://ehr.example/fhir"


def test_an_empty_value_is_unset_and_test_variables_are_not_settings() -> None:
    settings = Settings.from_env({PREFIX + "TARGET_URL": " ", PREFIX + "TEST_HAPI": "x"})
    assert settings == Settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().source_name = "other"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "SORUCE_URL",
            "https://x",
            "SORUCE_URL is not a setting: did you mean FHIR_SCREENER_SOURCE_URL",
        ),
        ("SOURCE_URL", "http://host:99999/fhir", "port"),
        ("SOURCE_URL", "ehr.example", "FHIR_SCREENER_SOURCE_URL: must be an http"),
        ("SOURCE_URL", "https://u:hidden-pw@ehr.example", "must not hold a user or password"),
        ("SOURCE_URL", "https://ehr.example/fhir?x=1", "must not hold a query"),
        ("SOURCE_NAME", "two words", "FHIR_SCREENER_SOURCE_NAME"),
        ("SOURCE_AUTH", "bearer", "FHIR_SCREENER_SOURCE_TOKEN or FHIR_SCREENER_SOURCE_TOKEN_FILE is needed"),
        ("TARGET_AUTH", "basic", "FHIR_SCREENER_TARGET_USER is needed"),
        ("INSTALLATION_KEY", "short-hidden-pw", "FHIR_SCREENER_INSTALLATION_KEY must have 16"),
        ("BROKER_URL", "amqp://u:hidden-pw@broker", "FHIR_SCREENER_BROKER_URL: must be a redis"),
        ("NIGHTLY_ZONE", "Mars/Olympus", "FHIR_SCREENER_NIGHTLY_ZONE: must be an IANA time zone"),
        ("NIGHTLY_HOUR", "24", "FHIR_SCREENER_NIGHTLY_HOUR"),
        ("CHUNK_SIZE", "many", "FHIR_SCREENER_CHUNK_SIZE: must be a whole number"),
        ("BATCH_SIZE", "9999", "FHIR_SCREENER_BATCH_SIZE: must be 1000 or less"),
        ("LOG_LEVEL", "loud", "FHIR_SCREENER_LOG_LEVEL: must be 'debug', 'info', "),
        ("COHORT", "some", "FHIR_SCREENER_COHORT: 'some' is no cohort: study, all, group:ID"),
        ("LOCK_SECONDS", "100", "FHIR_SCREENER_LOCK_SECONDS must not be less"),
    ],
)
def test_what_is_wrong_is_named_and_secrets_are_not(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({PREFIX + name: value})
    assert message in str(caught.value)
    assert "hidden-pw" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "address", ["redis://:pa#ss/wo@host:6379/0", "redis://:12/wo@host/0", "redis://host:pass", "redis://host:99999"]
)
def test_a_broker_whose_password_is_written_wrongly_is_refused_without_it(address: str) -> None:
    """Else the client would take a part of the password for the port, and say so; or ask another machine."""
    with pytest.raises(SettingsError, match="FHIR_SCREENER_BROKER_URL: ") as refused:
        Settings.from_env({"FHIR_SCREENER_BROKER_URL": address})
    assert not any(part in str(refused.value) for part in ("pa#", "'pa'", "wo@", "pass'"))


def test_blanks_around_an_address_are_none_of_it() -> None:
    given = {
        "FHIR_SCREENER_SOURCE_URL": " http://host/fhir/ ",
        "FHIR_SCREENER_BROKER_URL": "redis://:p%2Fw@host:6379/0 ",
    }
    found = Settings.from_env(given)
    assert found.source_url == "http://host/fhir"
    assert found.broker_url == SecretStr("redis://:p%2Fw@host:6379/0")


def test_secrets_are_not_shown() -> None:
    secret = "a-very-secret-value-0001"
    settings = Settings.from_env(
        {
            PREFIX + "SOURCE_AUTH": "basic",
            PREFIX + "SOURCE_USER": "reader",
            PREFIX + "SOURCE_PASSWORD": secret,
            PREFIX + "INSTALLATION_KEY": secret,
            PREFIX + "BROKER_URL": f"redis://:{secret}@broker/0",
        }
    )
    assert settings.source_password == SecretStr(secret)
    assert secret not in repr(settings) + str(settings) + settings.model_dump_json()


def test_but_changes_some_and_checks_again() -> None:
    settings = Settings.build({"source_url": "https://ehr.example/fhir", "chunk_size": 7})
    changed = settings.but(target_url="https://tasks.example/fhir/")
    assert (changed.chunk_size, changed.writes_to) == (7, "https://tasks.example/fhir")
    with pytest.raises(SettingsError, match="FHIR_SCREENER_TARGET_URL"):
        settings.but(target_url="nonsense")


def test_a_child_process_can_be_given_the_same_settings() -> None:
    given = {
        "source_url": "https://ehr.example/fhir",
        "studies": ("NCT04660565", "NCT00000001"),
        "installation_key": "0123456789abcdef",
        "broker_url": "redis://:pw@broker/0",
        "read_timeout": 5.5,
        "mappings": Path("mappings"),
    }
    settings = Settings.build(given)
    assert Settings.from_env(settings.environment()) == settings
    assert settings.environment()["FHIR_SCREENER_STUDIES"] == "NCT04660565,NCT00000001"


def test_the_demonstration_key_is_for_this_machine_only() -> None:
    assert Settings().key("http://127.0.0.1:8080/fhir") == DEMO_KEY.encode()
    for settings in (Settings(), Settings.build({"installation_key": DEMO_KEY})):
        with pytest.raises(SettingsError, match=r"FHIR_SCREENER_INSTALLATION_KEY .* https://ehr\.example"):
            settings.key("https://ehr.example/fhir")
    own = Settings.build({"installation_key": "0123456789abcdef"})
    assert own.key("https://ehr.example/fhir") == b"0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:80/fhir", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:8080/", True),
        ("http://localhost/fhir", True),
        ("http://localhost.example/fhir", False),
        ("http://10.0.0.1/fhir", False),
        ("http://hapi:8080/fhir", False),
        ("", False),
    ],
)
def test_loopback(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_a_variable_name() -> None:
    assert variable("source_url") == "FHIR_SCREENER_SOURCE_URL"
