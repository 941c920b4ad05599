"""How long a busy server is left in peace."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymask.data.skyfinder.session import Retry, _retry_after_s


@given(st.integers(1, 200), st.integers())
def test_waits_double_with_jitter_up_to_the_longest(failures: int, seed: int) -> None:
    random.seed(seed)
    retry = Retry(first_wait_s=1.0, longest_wait_s=60.0)
    full = min(60.0, 2.0 ** (failures - 1))
    assert full / 2 <= retry.wait_s(failures, None) <= full


@given(st.floats(0, 1000), st.integers())
def test_what_a_server_asks_for_is_never_undercut(asked_s: float, seed: int) -> None:
    random.seed(seed)
    assert asked_s <= Retry().wait_s(5, asked_s) <= asked_s * 1.1 + 1e-9


@pytest.mark.parametrize(
    ("header", "expected"),
    [("120", 120.0), ("0", 0.0), ("", None), ("soon", None), ("-5", None), ("²", None)],
)
def test_retry_after_in_seconds(header: str, expected: float | None) -> None:
    response = httpx.Response(429, headers={"Retry-After": header.encode()})
    assert _retry_after_s(response) == expected


@pytest.mark.parametrize("ahead_s", [-50, 50])
def test_retry_after_as_a_date(ahead_s: int) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead_s), usegmt=True)
    assert _retry_after_s(httpx.Response(503, headers={"Retry-After": date})) == pytest.approx(max(0, ahead_s), abs=2)
