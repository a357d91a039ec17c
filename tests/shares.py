"""How the tests are shared out among processes (`-n 2`): a file goes to one of them whole, and all of HAPI to one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HAPI = "hapi"
_ON_HAPI = re.compile(r"\[(?:.*-)?hapi(?:-.*)?\]$")


def share(test: str) -> str:
    """What a test of this id belongs to. HAPI takes a quarter of a minute to start, and a gigabyte: one is enough."""
    return HAPI if _ON_HAPI.search(test) else test.partition("::")[0]


class Shares(LoadScopeScheduling):
    """Whoever is free takes the next share, in the order of the tests: those with servers first, small ones last."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    config.option.loadscopereorder = False
    return Shares(config, log)
