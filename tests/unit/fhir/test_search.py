"""Searches to the last page: what is followed, merged, noticed and never lost silently."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from fhir_screener import errors
from fhir_screener.fhir.outcome import Issue
from fhir_screener.fhir.retry import NO_RETRY
from fhir_screener.fhir.search import count, search_all, search_whole
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.search_warnings import Cut, Ignored, Notice, Shortfall, Unreadable
from fhir_screener.fhir.session import FhirSession

BASE = "https://ehr.example.org/fhir"
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}


def obs(id, version=None, updated=None, mode="match", **more):
    meta = {key: value for key, value in (("versionId", version), ("lastUpdated", updated)) if value}
    resource = {"resourceType": "Observation", "id": id, **({"meta": meta} if meta else {}), **more}
    entry = {"fullUrl": f"{BASE}/Observation/{id}", "resource": resource}
    return entry | ({"search": {"mode": mode}} if mode else {})


def include(type, id):
    return {"resource": {"resourceType": type, "id": id}, "search": {"mode": "include"}}


def bundle(*entries, total=None, after=None, own=None):
    links = [{"relation": "next", "url": after}] if after else []
    links += [{"relation": "self", "url": own}] if own else []
    found = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": list(entries)}
    return found | ({} if total is None else {"total": total})


class Server:
    """Answers by what follows the base; the last answer given for an address is repeated."""

    def __init__(self, mock):
        self.mock, self.asked = mock, []

    def says(self, address, *answers):
        path, _, query = address.partition("?")
        left = list(answers)

        def reply(request):
            self.asked.append(address)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, int):
                return answer, {}, ""
            return 200, {"Content-Type": "application/fhir+json"}, json.dumps(answer)

        wanted = parse_qs(query, keep_blank_values=True)

        def matches(request):
            return parse_qs(urlsplit(request.url).query, keep_blank_values=True) == wanted, f"query {query}"

        self.mock.add_callback("GET", f"{BASE}{path}", reply, match=[matches])


@pytest.fixture
def server():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Server(mock)


@pytest.fixture
def session():
    with FhirSession(BASE, retries=NO_RETRY) as session:
        yield session


def ids(found):
    return [entry.id for entry in found.entries]


def test_one_page(server, session):
    server.says("/Observation?patient=1", bundle(obs("a"), obs("b"), total=2))
    found = search_all(session, "Observation", [("patient", "1")])
    assert ids(found) == ["a", "b"]
    assert (found.total, found.warnings, found.complete) == (2, (), True)
    assert server.mock.calls[0].request.headers["Prefer"] == "handling=strict"


def test_resources_stay_the_bytes_they_came_in(server, session):
    server.says("/Observation", bundle(obs("a", "3", "2021-03-01T00:00:00Z", valueString="µ")))
    (entry,) = search_all(session, "Observation").entries
    assert json.loads(bytes(entry.resource))["valueString"] == "µ"
    assert (entry.type, entry.version_id, entry.last_updated) == ("Observation", "3", "2021-03-01T00:00:00Z")
    assert (entry.mode, entry.full_url) == ("match", f"{BASE}/Observation/a")


def test_nothing_found_is_an_answer(server, session):
    server.says("/Observation", {"resourceType": "Bundle", "type": "searchset", "total": 0})
    found = search_all(session, "Observation")
    assert (found.entries, found.total, found.complete) == ([], 0, True)


@pytest.mark.parametrize("after", [f"{BASE}?_getpages=x", "?_getpages=x", "Observation?_getpages=x"])
def test_next_links_of_any_shape_are_followed_to_the_end(server, session, after):
    server.says("/Observation", bundle(obs("a"), total=2, after=after))
    server.says("?_getpages=x", bundle(obs("b"), total=2))
    server.says("/Observation?_getpages=x", bundle(obs("b"), total=2))
    assert ids(search_all(session, "Observation")) == ["a", "b"]


def test_empty_pages_with_a_next_link_are_not_the_end(server, session):
    server.says("/Observation", bundle(after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(after=f"{BASE}?p=3"))
    server.says("?p=3", bundle(obs("a"), total=1))
    assert ids(search_all(session, "Observation")) == ["a"]


# Duplicates


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (obs("a", "1"), obs("a", "2"), "2"),
        (obs("a", "10"), obs("a", "9"), "10"),
        (obs("a", "x", "2021-03-01T12:00:00+08:00"), obs("a", "y", "2021-03-01T05:00:00Z"), "y"),
        (obs("a", "x", "2021-03-01T12:00:00+08:00"), obs("a", "y", "2021-03-01T03:00:00Z"), "x"),
        (obs("a", "x", "2021-03-01T12:00:00.5Z"), obs("a", "y", "2021-03-01T12:00:00Z"), "x"),
        (obs("a", "2", "2020-01-01T00:00:00Z"), obs("a", "1", "2021-01-01T00:00:00Z"), "2"),
        (obs("a", "x"), obs("a", "y"), "y"),
        (obs("a", "x", "yesterday"), obs("a", "y", "today"), "y"),
    ],
)
def test_of_duplicates_the_newest_version_stays(server, session, first, second, kept):
    server.says("/Observation", bundle(first, obs("b"), total=2, after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(second, total=2))
    found = search_all(session, "Observation")
    assert ids(found) == ["a", "b"]
    assert found.entries[0].version_id == kept
    assert found.complete


def test_the_same_id_on_another_type_is_another_resource(server, session):
    server.says("/Observation", bundle(obs("a"), include("Patient", "a"), total=1))
    assert [(entry.type, entry.mode) for entry in search_all(session, "Observation").entries] == [
        ("Observation", "match"),
        ("Patient", "include"),
    ]


def test_a_match_stays_a_match_when_met_again_as_an_include(server, session):
    for pair in ([obs("a", "1"), obs("a", "2", mode="include")], [obs("a", "2", mode="include"), obs("a", "1")]):
        server.says("/Observation", bundle(*pair))
        (entry,) = search_all(session, "Observation").entries
        assert (entry.mode, entry.version_id) == ("match", "2")
        server.mock.reset()


def test_resources_without_an_id_are_all_kept(server, session):
    nameless = {"resource": {"resourceType": "Observation"}}
    server.says("/Observation", bundle(nameless, nameless, total=2))
    found = search_all(session, "Observation")
    assert ids(found) == [None, None]
    assert found.complete


def test_without_a_search_mode_the_type_decides_what_matches(server, session):
    server.says("/Observation", bundle(obs("a", mode=None), obs("b", mode=None), total=2))
    assert search_all(session, "Observation").warnings == ()


# Truncation


def test_fewer_than_the_server_counts_is_a_shortfall(server, session):
    server.says("/Observation", bundle(obs("a"), include("Patient", "1"), total=3))
    found = search_all(session, "Observation")
    assert found.warnings == (Shortfall("Observation", 3, 1),)
    assert not found.complete
    assert str(found.warnings[0]) == "Observation: the server counts 3 matches but sent 1"


def test_a_duplicate_does_not_make_up_for_one_left_out(server, session):
    server.says("/Observation", bundle(obs("a"), obs("b"), total=4, after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), obs("c"), total=4))
    assert search_all(session, "Observation").warnings == (Shortfall("Observation", 4, 3),)


def test_a_total_given_late_counts_too(server, session):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), total=5))
    assert search_all(session, "Observation").warnings == (Shortfall("Observation", 5, 2),)


def test_more_than_an_estimate_is_no_shortfall(server, session):
    server.says("/Observation", bundle(obs("a"), obs("b"), total=1))
    assert search_all(session, "Observation").complete


def test_without_any_total_the_server_is_asked_to_count(server, session):
    server.says("/Observation?patient=1&_count=1", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b")))
    server.says("/Observation?patient=1&_summary=count", bundle(total=10))
    params = [("patient", "1"), ("_count", "1")]
    assert search_all(session, "Observation", params).warnings == (Shortfall("Observation", 10, 2),)
    assert search_all(session, "Observation", params, ask_count=False).complete


def test_a_server_that_cannot_count_spoils_nothing(server, session):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b")))
    server.says("/Observation?_summary=count", 400)
    found = search_all(session, "Observation")
    assert (ids(found), found.total, found.complete) == (["a", "b"], None, True)


def test_counting_leaves_out_what_only_shapes_the_answer(server, session):
    server.says("/Observation?patient=1&_summary=count", bundle(total=7))
    shaped = [("patient", "1"), ("_count", "5"), ("_include", "Observation:subject"), ("_revinclude:iterate", "x:y")]
    assert count(session, "Observation", shaped) == 7


# Links that lead astray


@pytest.mark.parametrize(("total", "partial"), [(None, True), (1, False), (2, True)])
def test_a_link_in_a_circle_ends_the_reading(server, session, total, partial):
    server.says("/Observation?x=1", bundle(obs("a"), total=total, after=f"{BASE}/Observation?x=1"))
    found = search_all(session, "Observation", [("x", "1")], ask_count=False)
    assert ids(found) == ["a"]
    assert isinstance(found.warnings[0], Cut)
    assert found.complete is not partial


def test_a_longer_circle_too(server, session):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), after=f"{BASE}?p=3"))
    server.says("?p=3", bundle(obs("c"), after=f"{BASE}?p=2"))
    found = search_all(session, "Observation", ask_count=False)
    assert ids(found) == ["a", "b", "c"]
    assert found.warnings == (Cut("Observation", 3, "the next link leads back to a page already read"),)


def test_there_is_a_cap_on_pages(server, session):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), after=f"{BASE}?p=3"))
    found = search_all(session, "Observation", max_pages=2, ask_count=False)
    assert ids(found) == ["a", "b"]
    assert found.warnings == (Cut("Observation", 2, "no more than 2 pages are read"),)
    assert not found.complete


@pytest.mark.parametrize("failure", [400, 404, 410, 500, 503])
def test_a_phantom_link_after_the_last_match_is_only_remarked(server, session, failure):
    server.says("/Observation", bundle(obs("a"), total=1, after=f"{BASE}?p=2"))
    server.says("?p=2", failure)
    found = search_all(session, "Observation")
    assert ids(found) == ["a"]
    assert found.complete
    assert isinstance(found.warnings[0], Cut)


def test_a_link_to_another_origin_is_an_error_not_an_end(server, session):
    server.says("/Observation", bundle(obs("a"), after="https://evil.example.org/fhir?p=2"))
    with pytest.raises(errors.ForeignOrigin, match=r"evil\.example\.org"):
        search_all(session, "Observation")
    assert len(server.mock.calls) == 1


@pytest.mark.parametrize(("status", "error"), [(500, errors.ServerFault), (503, errors.Busy), (401, errors.AuthError)])
def test_a_page_that_fails_fails_the_search(server, session, status, error):
    server.says("/Observation", bundle(obs("a"), total=2, after=f"{BASE}?p=2"))
    server.says("?p=2", status)
    with pytest.raises(error):
        search_all(session, "Observation")


@pytest.mark.parametrize("status", [400, 404, 410])
def test_an_expired_page_starts_the_query_again_from_its_first_page(server, session, status):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"), bundle(obs("b", "1"), after=f"{BASE}?q=2"))
    server.says("?p=2", status)
    server.says("?q=2", bundle(obs("c"), total=2))
    found = search_all(session, "Observation")
    assert ids(found) == ["b", "c"], "what the first run brought may no longer match"
    assert server.asked == ["/Observation", "?p=2", "/Observation", "?q=2"]


def test_half_of_what_matches_is_no_answer(server, session):
    server.says("/Observation", bundle(obs("a"), include("Patient", "p"), total=1))
    assert [entry.id for entry in search_whole(session, "Observation")] == ["a"]
    server.says("/Observation?code=x", bundle(obs("a"), total=3))
    with pytest.raises(errors.ServerFault, match="did not send all"):
        search_whole(session, "Observation", [("code", "x")])


def test_but_only_once(server, session):
    server.says("/Observation?code=secret", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", 410)
    with pytest.raises(errors.PageExpired, match=r"page 2 .* ask again from page 1") as caught:
        search_all(session, "Observation", [("code", "secret")])
    assert caught.value.where == f"{BASE}/Observation"
    assert "secret" not in str(caught.value)
    assert len(server.asked) == 4


@pytest.mark.parametrize(("status", "error"), [(400, errors.Refused), (404, errors.NotSupported)])
def test_on_the_first_page_the_same_status_means_what_it_says(server, session, status, error):
    server.says("/Observation", status)
    with pytest.raises(error):
        search_all(session, "Observation")


# What servers remark


def test_an_outcome_among_the_results_is_a_remark_not_a_result(server, session):
    server.says("/Observation", bundle(obs("a"), {"resource": OUTCOME, "search": {"mode": "outcome"}}, total=1))
    found = search_all(session, "Observation")
    assert ids(found) == ["a"]
    assert found.warnings == (Notice("Observation", Issue("warning", "processing")),)
    assert found.complete


def test_a_remark_that_something_is_missing_makes_the_result_partial(server, session):
    incomplete = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "incomplete"}]}
    server.says("/Observation", bundle(obs("a"), {"resource": incomplete}))
    assert not search_all(session, "Observation").complete


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"resource": None},
        {"resource": "x"},
        {"resource": {"id": "x"}},
        {"resource": {"resourceType": "Observation", "id": 7}},
        {"fullUrl": 7, "resource": {"resourceType": "Observation", "id": "x"}},
        "x",
        None,
    ],
)
def test_one_bad_entry_costs_only_itself_and_is_counted(server, session, entry):
    server.says("/Observation", bundle(obs("a"), entry, obs("b")))
    found = search_all(session, "Observation")
    assert ids(found) == ["a", "b"]
    assert found.warnings == (Unreadable("Observation", 1),)
    assert not found.complete


@pytest.mark.parametrize(
    ("own", "ignored"),
    [
        (f"{BASE}/Observation?patient=1&_count=50", ("code",)),
        (f"{BASE}/Observation?patient=1&code=x", ()),
        (f"{BASE}/Observation?patient.identifier=1&code:in=x", ()),
        (f"{BASE}/Observation?_count=50", ("code", "patient")),
        (f"{BASE}/Observation", ()),
        ("http://[bad?x=1", ()),
        (None, ()),
    ],
)
def test_filters_the_server_did_not_apply_are_named(server, session, own, ignored):
    server.says("/Observation?patient=1&code=x&_count=5", bundle(obs("a"), total=1, own=own))
    found = search_all(session, "Observation", [("patient", "1"), ("code", "x"), ("_count", "5")])
    assert found.warnings == ((Ignored("Observation", ignored),) if ignored else ())
    assert found.complete


@pytest.mark.parametrize("answer", [OUTCOME, {"resourceType": "Patient"}, {"status": "up"}, [1]])
def test_what_is_no_bundle_is_no_empty_result(server, session, answer):
    server.says("/Observation", answer)
    with pytest.raises(errors.NotFhir):
        search_all(session, "Observation")


# Streaming and posting


def test_pages_come_one_by_one(server, session):
    server.says("/Observation", bundle(obs("a"), total=2, after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), total=2))
    stream = pages(session, "Observation")
    assert ids(next(stream)) == ["a"]
    assert server.asked == ["/Observation"]
    assert [ids(page) for page in stream] == [["b"]]


def test_streamed_pages_warn_as_they_go(server, session):
    server.says("/Observation", bundle(obs("a"), {"resource": OUTCOME}, total=2))
    warnings = []
    list(pages(session, "Observation", on_warning=warnings.append))
    assert [type(warning) for warning in warnings] == [Notice, Shortfall]


def test_a_streaming_caller_is_told_of_an_expired_page(server, session):
    server.says("/Observation", bundle(obs("a"), after=f"{BASE}?p=2"))
    server.says("?p=2", 410)
    with pytest.raises(errors.PageExpired):
        list(pages(session, "Observation"))


def test_a_posted_search_goes_on_by_its_links(server, session):
    server.mock.post(f"{BASE}/Observation/_search", json=bundle(obs("a"), total=2, after=f"{BASE}?p=2"))
    server.says("?p=2", bundle(obs("b"), total=2))
    assert ids(search_all(session, "Observation", [("patient", "1,2")], post=True)) == ["a", "b"]
    assert server.mock.calls[0].request.body == b"patient=1,2"


def test_counting_by_post(server, session):
    server.mock.post(f"{BASE}/Observation/_search", json=bundle(total=3))
    assert count(session, "Observation", [("patient", "1")], post=True) == 3
    assert server.mock.calls[0].request.body == b"patient=1&_summary=count"


def test_strictness_can_be_left_out(server, session):
    server.says("/Observation", bundle())
    search_all(session, "Observation", strict=False)
    assert "Prefer" not in server.mock.calls[0].request.headers
