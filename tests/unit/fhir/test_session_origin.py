"""Where a session may go, and what of an address may be logged."""

import pytest

from fhir_screener.errors import ForeignOrigin, SettingsError
from fhir_screener.fhir.origin import Origins, parse_origin, safe_url

BASE = "https://ehr.example.org/fhir/r4"


@pytest.mark.parametrize(
    "link",
    [
        f"{BASE}?_getpages=abc&_getpagesoffset=20",
        f"{BASE}/Patient?page=2",
        "https://EHR.example.org/fhir/r4/Patient?page=2",
        "HTTPS://ehr.example.org:443/fhir/r4/Patient?page=2",
    ],
)
def test_absolute_links_of_the_base_are_followed_as_they_are(link):
    assert Origins.of(BASE).follow(link, f"{BASE}/Patient") == link


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.org/fhir/r4/Patient",
        "http://ehr.example.org/fhir/r4/Patient",
        "https://ehr.example.org:8443/fhir/r4/Patient",
        "https://ehr.example.org:443:443/fhir/r4/Patient",
        "https://ehr.example.org/fhir/r4b/Patient",
        "https://ehr.example.org/fhir/Patient",
        "https://ehr.example.org/fhir/r4/../../admin",
        "https://ehr.example.org/fhir/r4/%2e%2e/%2e%2e/admin",
        "https://ehr.example.org/fhir/r4/%252e%252e/admin",
        "https://ehr.example.org/fhir/r4/x%2f..%2f..%2fadmin",
        "https://ehr.example.org@evil.example.org/fhir/r4/Patient",
        "https://ehr.example.org\\@evil.example.org/fhir/r4/Patient",
        "https://ehr.example.org/fhir/r4/Pat\nient",
        "//evil.example.org/fhir/r4/Patient",
        "ftp://ehr.example.org/fhir/r4/Patient",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/admin?page=2",
        "../../admin",
        "http://[bad/fhir",
        "//[bad",
    ],
)
def test_other_addresses_are_refused(link):
    with pytest.raises(ForeignOrigin) as caught:
        Origins.of(BASE).follow(link, f"{BASE}/Patient")
    assert "no credentials were sent" in str(caught.value)
    assert "admin" not in str(caught.value)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("Patient?page=2", f"{BASE}/Patient?page=2"),
        ("/fhir/r4/Patient?page=2", f"{BASE}/Patient?page=2"),
        ("?page=2", f"{BASE}/Patient/_search?page=2"),
    ],
)
def test_relative_links_belong_to_the_base(link, url):
    assert Origins.of(BASE + "/").follow(link, f"{BASE}/Patient/_search") == url


def test_a_base_at_the_root_covers_the_whole_server():
    assert Origins.of("https://ehr.example.org").follow(
        "/Observation?_offset=10", "https://ehr.example.org/Observation"
    )


def test_other_bases_can_be_allowed_by_name():
    origins = Origins.of(BASE, ["http://127.0.0.1:8080/fhir"])
    assert origins.follow("http://127.0.0.1:8080/fhir?_getpages=1", BASE) == "http://127.0.0.1:8080/fhir?_getpages=1"
    with pytest.raises(ForeignOrigin, match=r"leads to http://127\.0\.0\.1:8081,"):
        origins.follow("http://127.0.0.1:8081/fhir?_getpages=1", BASE)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ehr.example.org/fhir", "http://"),
        ("https:///fhir", "no host"),
        ("https://user:secret@ehr.example.org/fhir", "user name"),
        ("https://ehr.example.org/fhir?x=secret", "query"),
        ("https://ehr.example.org:seventy/fhir", "port"),
    ],
)
def test_a_base_address_that_cannot_be_one_is_a_setting_to_correct(url, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        Origins.of(url)
    assert "secret" not in str(caught.value)


def test_ipv6_hosts_keep_their_brackets():
    assert str(parse_origin("http://[::1]:8080/fhir/")) == "http://[::1]:8080/fhir"


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("", "system"),
        ("?_getpages=1", "system"),
        ("/metadata", "system"),
        ("/Patient", "type"),
        ("/Patient?name=x/y", "type"),
        ("/Patient/_search", "type"),
        ("/Patient/$match", "type"),
        ("/Patient/1", "resource"),
        ("/Patient/1/_history/2", "resource"),
    ],
)
def test_what_an_address_asks_for(path, level):
    assert Origins.of(BASE).level(BASE + path) == level


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{BASE}/Patient/123", f"{BASE}/Patient/123"),
        (f"{BASE}/Patient?identifier=mrn|99&_count=50", f"{BASE}/Patient?_count=50"),
        (f"{BASE}/Patient?family=M%C3%BCller", f"{BASE}/Patient"),
        ("https://user:secret@ehr.example.org/fhir", "https://ehr.example.org/fhir"),
        ("Patient?name=x", "Patient"),
        ("http://[bad/Patient?name=x", "(malformed address)"),
    ],
)
def test_a_logged_address_shows_no_filter_and_no_user(url, shown):
    assert safe_url(url) == shown
