from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from torch.utils.data import DataLoader

from skymask.data.augment import AugmentConfig
from skymask.data.dataset import BalancedSampler, TrainingSet
from skymask.data.manifest import Sample, read_manifest
from skymask.errors import DataError
from tests.support.datasets import write_dataset


def samples(**sizes: int) -> list[Sample]:
    return [
        Sample(source, "g", Path(f"{source}{index}"), Path("m"), None)
        for source, size in sizes.items()
        for index in range(size)
    ]


def shares(sampler: BalancedSampler, pool: list[Sample]) -> Counter[str]:
    sampler.start(0, (32, 32))
    return Counter(pool[index].source for index, _, _ in sampler)


def test_small_sources_count_for_more_than_their_size() -> None:
    pool = samples(big=900, small=9)
    assert shares(BalancedSampler(pool, 4000, 0.0, {}, 0), pool)["small"] == pytest.approx(2000, rel=0.1)
    assert shares(BalancedSampler(pool, 4000, 0.5, {}, 0), pool)["small"] == pytest.approx(4000 / 11, rel=0.2)
    assert shares(BalancedSampler(pool, 4000, 1.0, {}, 0), pool)["small"] == pytest.approx(40, rel=0.6)
    weighted = BalancedSampler(pool, 4000, 0.0, {"small": 3.0}, 0)
    assert shares(weighted, pool)["small"] == pytest.approx(3000, rel=0.1)


def test_draws_follow_from_seed_and_epoch() -> None:
    pool = samples(a=50)
    first, second = BalancedSampler(pool, 40, 0.5, {}, 1), BalancedSampler(pool, 40, 0.5, {}, 1)
    first.start(3, (32, 64))
    second.start(3, (32, 64))
    assert list(first) == list(second)
    second.start(4, (32, 64))
    assert list(first) != list(second)


def test_processes_share_the_draws_of_an_epoch() -> None:
    pool = samples(a=50)
    whole = BalancedSampler(pool, 41, 0.5, {}, 1)
    parts = [BalancedSampler(pool, 41, 0.5, {}, 1, rank, 2) for rank in range(2)]
    for sampler in (whole, *parts):
        sampler.start(2, (32, 32))
    assert sorted([*parts[0], *parts[1]]) == sorted([*whole][:40])
    assert [len(part) for part in parts] == [len([*part]) for part in parts] == [20, 20]


def test_an_item_follows_from_its_draw(tmp_path: Path) -> None:
    data = TrainingSet(read_manifest(write_dataset(tmp_path)), AugmentConfig())
    item, again = data[(2, 77, (40, 56))], data[(2, 77, (40, 56))]
    assert item["image"].shape == (3, 40, 56)
    assert item["alpha"].shape == item["valid"].shape == (40, 56)
    assert all((item[key] == again[key]).all() for key in item)


def test_a_damaged_image_is_named_by_the_processes_that_load(tmp_path: Path) -> None:
    samples = read_manifest(write_dataset(tmp_path, count=1, without_sky=0))
    content = samples[0].image.read_bytes()
    samples[0].image.write_bytes(content[: len(content) // 2])
    data = TrainingSet(samples, AugmentConfig())
    draw = (0, 0, (32, 32))
    with pytest.raises(DataError) as alone:
        _ = data[draw]
    assert str(alone.value).startswith(f"{samples[0].image} cannot be decoded: ")
    with pytest.raises(DataError) as by_worker:
        list(DataLoader(data, batch_size=1, sampler=[draw], num_workers=1))
    assert str(by_worker.value) == str(alone.value)
