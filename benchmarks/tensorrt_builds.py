"""Builds TensorRT engines of exported models ahead of time, for GPUs that are not there, and lists their sizes.

This shows that TensorRT accepts every graph (fp32, fp16, int8). It does not run one: that takes a GPU (`gpu.sh`).

    pip install tensorrt-rtx-cu13
    python benchmarks/tensorrt_builds.py fast.onnx fast-fp16.onnx fast-int8.onnx -o benchmarks/results

With `--program` the C++ program `skymask-build-engine` builds them too, with the TensorRT for RTX in each folder given
with `--library`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

CAPABILITIES = {"8.6": "RTX 30", "8.9": "RTX 40", "12.0": "RTX 50"}
SMALLEST, USUAL, LARGEST = (1, 32, 32, 3), (1, 720, 1280, 3), (4, 3840, 3840, 3)  # as skymask-build-engine has them


@dataclass(frozen=True)
class Build:
    """One engine that was built, or why not."""

    model: str
    by: str
    """"Python" or "C++"."""
    library: str
    capability: str
    megabytes: float
    """Of the engine; 0 where it was refused."""
    seconds: float
    reason: str = ""
    """Why it was refused; empty where it was built."""


def build_in_python(model: Path, capability: str) -> Build:
    """Builds with the bindings; nothing is written."""
    import tensorrt_rtx as trt

    started = time.perf_counter()
    logger = trt.Logger(trt.Logger.INTERNAL_ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, logger)
    size, reason = 0, ""
    if parser.parse(model.read_bytes()):
        config = builder.create_builder_config()
        profile = builder.create_optimization_profile()
        profile.set_shape("frame", SMALLEST, USUAL, LARGEST)
        config.add_optimization_profile(profile)
        config.num_compute_capabilities = 1
        config.set_compute_capability(getattr(trt.ComputeCapability, "SM" + capability.replace(".", "")), 0)
        plan = builder.build_serialized_network(network, config)
        size, reason = (0, "not built") if plan is None else (plan.nbytes, "")
    else:
        reason = parser.get_error(0).desc().splitlines()[0]
    seconds = time.perf_counter() - started
    return Build(model.stem, "Python", trt.__version__, capability, size / 1e6, seconds, reason)


def build_in_cpp(model: Path, capability: str, program: Path, library: Path) -> Build:
    """Builds with skymask-build-engine and the library in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Path(folder) / "model.engine"
        started = time.perf_counter()
        done = subprocess.run(
            [program, model, "-o", engine, "--compute-capability", capability],
            env={**os.environ, "LD_LIBRARY_PATH": str(library)},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.perf_counter() - started
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()[-1].removeprefix("skymask-build-engine: error: ")
            version = re.search(r"TensorRT for RTX ([\d.]+)", reason)
            found = version[1] if version else library.name
            return Build(model.stem, "C++", found, capability, 0, seconds, reason.replace(str(model), model.name))
        # "...: fp32, tensorrt-rtx 1.4.0, compute capability 8.6, ..."
        version = done.stdout.split("tensorrt-rtx ")[1].split(",")[0]
        return Build(model.stem, "C++", version, capability, engine.stat().st_size / 1e6, seconds)


def builds(arguments: argparse.Namespace) -> Iterator[Build]:
    """All engines, one after the other."""
    has_bindings = find_spec("tensorrt_rtx") is not None
    if not has_bindings:
        print("SKIPPED: engines built through Python, for want of tensorrt-rtx-cu13", file=sys.stderr)
    for model in arguments.models:
        for capability in CAPABILITIES:
            if has_bindings:
                yield build_in_python(model, capability)
            for library in arguments.library if arguments.program else []:
                yield build_in_cpp(model, capability, arguments.program, library.resolve())


def table(done: list[Build]) -> str:
    """The builds as Markdown."""
    lines = [
        "| model | built by | TensorRT for RTX | compute capability | engine | time |",
        "|---|---|---|---|---|---|",
    ]
    for build in done:
        result = "refused" if build.reason else f"{build.megabytes:.1f} MB"
        capability = f"{build.capability} ({CAPABILITIES[build.capability]})"
        lines.append(
            f"| {build.model} | {build.by} | {build.library} | {capability} | {result} | {build.seconds:.1f} s |"
        )
    reasons = dict.fromkeys(f"- {build.model}: {build.reason}" for build in done if build.reason)
    return "\n".join([*lines, *(["", "Refused, because:", "", *reasons] if reasons else [])]) + "\n"


def main() -> None:
    """Reads the command line, builds, writes both result files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL.onnx")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for tensorrt_builds.json and .md")
    parser.add_argument("--program", type=Path, help="skymask-build-engine")
    parser.add_argument("--library", type=Path, action="append", default=[], help="folder with libtensorrt_rtx.so.1")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    done = list(builds(arguments))
    (arguments.output / "tensorrt_builds.json").write_text(
        json.dumps([asdict(build) for build in done], indent=1), encoding="utf-8"
    )
    (arguments.output / "tensorrt_builds.md").write_text(table(done), encoding="utf-8")
    print(table(done), end="")
    sys.exit(1 if any(build.reason for build in done) else 0)


if __name__ == "__main__":
    main()
