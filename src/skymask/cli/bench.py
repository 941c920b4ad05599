"""`skymask bench`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

_LIST = Parameter(negative=(), consume_multiple=True, show_default=" ".join)


def bench(
    *,
    size: Annotated[Sequence[str], _LIST] = ("640x480", "1920x1080"),
    model: Annotated[Sequence[str], _LIST] = ("fast",),
    engine: Annotated[Sequence[str], _LIST] = ("onnxruntime",),
    threads: Annotated[Sequence[int] | None, Parameter(negative=(), consume_multiple=True)] = None,
    rounds: int = 5,
    baselines: Annotated[bool, Parameter(negative="")] = False,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
) -> None:
    """Measure how fast this machine is: latency, frames per second, processor time, memory, cold start.

    Measures inference alone, with a display, with resizing and a display, and whole video files against decoding and
    encoding alone, on synthetic scenes. Each round measures every row once, in a fresh process; the table shows medians
    over rounds and ratios with their spread. Without a display, the rows that need one are left out. As it stands it
    takes about two minutes on two cores; leave the machine alone meanwhile.

    Examples:
        skymask bench
        skymask bench --size 1280x720 3840x2160 --engine onnxruntime openvino
        skymask bench --baselines -o results

    Args:
        size: Sizes of the frames, even each way; the others are compared with the first.
        model: Names of shipped models, or ONNX files of 'skymask export'; those of one file name are shown with their
            paths.
        engine: onnxruntime, openvino.
        threads: Numbers of threads for one inference. [default: all CPUs]
        rounds: How often everything is measured; fewer than 5 say little about the spread.
        baselines: Measure as well the U-Net of the original assignment, in PyTorch and in ONNX Runtime, and a matrix
            product of as many operations as the model takes. Slow: adds minutes. Needs the extra train.
        output: Folder for bench.json and bench.md.
    """
    import json

    from rich.console import Console
    from rich.progress import Progress

    from skymask.bench import bench as room
    from skymask.bench.machine import machine
    from skymask.bench.rows import Choice, check, plan
    from skymask.bench.table import table
    from skymask.cli.video import parse_size
    from skymask.files import check_folder, write_text

    if output:
        check_folder(output)
    choice = Choice(
        sizes_hw=tuple(map(parse_size, size)),
        models=tuple(model),
        engines=tuple(engine),
        threads=tuple(threads or [machine()["cores"]]),
        rounds=rounds,
        baselines=baselines,
    )
    check(choice)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("measuring", total=len(plan(choice)) * rounds)
        result = room.bench(choice, lambda: progress.advance(task))
    text = table(result)
    print(text, end="")
    if output:
        write_text(output / "bench.json", json.dumps(result, indent=1, allow_nan=False) + "\n")
        write_text(output / "bench.md", text)
        print(f"\nWritten to {output}: bench.json and bench.md.")
