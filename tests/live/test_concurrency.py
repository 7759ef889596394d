"""Many clients at once: one live job per custom view, and no update lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from .matching import ALREADY_SCHEDULED, JSON, SCHEDULED, record_updated
from .server import Org

CLIENTS = 50
VIEW = "554023000000091516"
LEAD = "554023000000480001"
LANGUAGES = [f"Language {n}" for n in range(CLIENTS)]
FIXTURE = {
    "mockcrm": 1,
    "settings": {"job_policy": {"mode": "manual"}},
    "modules": {
        "Leads": {
            "fields": [
                {
                    "api_name": "Languages_Known",
                    "data_type": "multiselectpicklist",
                    "pick_list_values": LANGUAGES,
                }
            ]
        }
    },
    "custom_views": [{"id": VIEW, "module": "Leads", "name": "Everybody"}],
    "records": {"Leads": [{"id": LEAD, "fields": {"Last_Name": "Boyle", "Company": "Zylker"}}]},
}
T = TypeVar("T")


def all_at_once(call: Callable[[int], T]) -> list[T]:
    """Return the results of `call(n)` of every client, each in its own thread, started together."""
    together = Barrier(CLIENTS)

    def one(n: int) -> T:
        together.wait(timeout=60)
        return call(n)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def test_one_of_fifty_posts_on_the_same_view_is_scheduled(make_org: Callable[..., Org]) -> None:
    org = make_org(FIXTURE)

    responses = all_at_once(lambda n: org.mass_update("Leads", {"data": [{"City": f"City {n}"}], "cvid": VIEW}))

    assert {response.headers["Content-Type"] for response in responses} == {JSON}
    taken = [response for response in responses if response.json() == SCHEDULED]
    refused = [response for response in responses if response.json() == ALREADY_SCHEDULED]
    assert (len(taken), len(refused)) == (1, CLIENTS - 1), Counter(response.text for response in responses)
    assert [response.status_code for response in taken] == [200]
    assert {response.status_code for response in refused} == {202}
    (job,) = org.jobs()
    org.run_jobs()
    assert org.counts("Leads", taken[0].json()["data"][0]["details"]["job_id"])["Updated_Count"] == 1
    winner = responses.index(taken[0])
    assert org.record("Leads", LEAD)["City"] == f"City {winner}"
    assert job


def test_the_view_is_free_again_when_its_job_is_over(make_org: Callable[..., Org]) -> None:
    org = make_org(FIXTURE)
    org.schedule("Leads", VIEW, {"City": "Chennai"})
    org.run_jobs()

    responses = all_at_once(lambda n: org.mass_update("Leads", {"data": [{"City": f"City {n}"}], "cvid": VIEW}))

    assert sorted(response.status_code for response in responses) == [200] + [202] * (CLIENTS - 1)


def test_fifty_clients_adding_to_one_multi_select_lose_nothing(make_org: Callable[..., Org]) -> None:
    org = make_org(FIXTURE)

    responses = all_at_once(
        lambda n: org.mass_update("Leads", {"data": [{"Languages_Known": [LANGUAGES[n]]}], "ids": [LEAD]})
    )

    assert [response.json() for response in responses] == [{"data": [record_updated(LEAD)]}] * CLIENTS
    assert sorted(org.record("Leads", LEAD)["Languages_Known"]) == sorted(LANGUAGES)
