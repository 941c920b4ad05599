"""Draws images that are spread over the seasons and the hours of the day."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime


def spread(times: Sequence[datetime | None], count: int, rng: random.Random) -> list[int]:
    """Draws images so that all months have the same share, as far as there are any, and so have the hours.

    Each draw goes to the month that has had the fewest so far, in it to the hour of the day that has had the fewest in
    all months (of equal ones the one with most images left, which keeps the choice open), and there to a random image.
    Images without a time form one more month.

    Args:
        times: When each image was taken.
        count: How many to draw; all, if there are no more.
        rng: Breaks ties and draws images; the same state gives the same draw.

    Returns:
        Indices into `times`, in increasing order. The numbers of two months differ by at most one, unless the one with
        fewer has no images left.
    """
    left: dict[int, dict[int, list[int]]] = {}
    for index, time in enumerate(times):
        month, hour = (time.month, time.hour) if time else (0, 0)
        left.setdefault(month, {}).setdefault(hour, []).append(index)
    in_month: Counter[int] = Counter()
    at_hour: Counter[int] = Counter()
    drawn: list[int] = []
    while left and len(drawn) < count:
        month = min(left, key=lambda month: (in_month[month], rng.random()))
        hours = left[month]
        hour = min(hours, key=lambda hour: (at_hour[hour], -len(hours[hour]), rng.random()))
        drawn.append(hours[hour].pop(rng.randrange(len(hours[hour]))))
        in_month[month] += 1
        at_hour[hour] += 1
        if not hours[hour]:
            del hours[hour]
        if not hours:
            del left[month]
    return sorted(drawn)
