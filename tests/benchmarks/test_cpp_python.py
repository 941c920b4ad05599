"""The comparison of C++ with Python: its arithmetic, without the programs."""

from __future__ import annotations

from benchmarks import cpp_python


def test_every_other_round_goes_backwards() -> None:
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = cpp_python.measure_rounds(measure, 3)
    assert order == [*cpp_python.CONTESTANTS, *reversed(cpp_python.CONTESTANTS), *cpp_python.CONTESTANTS]
    assert found[cpp_python.CONTESTANTS[0]] == [1, 6, 7]


def test_ratios_are_taken_round_by_round() -> None:
    ours, theirs, baseline = cpp_python.CONTESTANTS
    text = cpp_python.table({"latency": {ours: [1, 2, 4], theirs: [2, 2, 2], baseline: [4, 8, 16]}})
    assert "| latency | 2.0 | 2.0 | 8.0 | 1.00x (0.50 to 2.00) | 4.00x (4.00 to 4.00) |" in text
