"""Every command in the README and the docs is parsed; those that need no more than a clip and photographs are run."""

from __future__ import annotations

import json
import re
import shlex
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import skymask
from skymask.cli import app, main
from skymask.data.synthetic import clip, render
from skymask.training.checkpoint import load_checkpoint
from skymask.training.config import load_config
from skymask.video.demo import DemoSource
from skymask.video.video_sink import VideoSink
from skymask.weights import SHIPPED_MODELS
from tests.support.scenes import write_photographs
from tests.support.small_recipe import write_small_recipe

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "src").rglob("*.md"))]


def commands(page: Path, section: str = "") -> list[str]:
    """Returns the skymask commands in the code of a page, or of its section with a heading: fenced or indented, without
    their comments, each turn of a shell's loop for itself."""
    text = page.read_text(encoding="utf-8")
    text = text[text.index(f"## {section}\n") :].partition("\n## ")[0] if section else text
    code = "\n".join([*re.findall(r"```sh\n(.*?)```", text, re.DOTALL), *re.findall(r"^    (.*)$", text, re.MULTILINE)])
    lines = [turn for line in code.splitlines() for turn in _turns(line.split("  #")[0].strip())]
    return [line for line in lines if line.startswith("skymask ")]


def _turns(line: str) -> list[str]:
    loop = re.fullmatch(r"for (\w+) in (.*?); do (.*); done", line)
    return [loop[3].replace(f"${loop[1]}", value) for value in loop[2].split()] if loop else [line]


ALL = [pytest.param(command, id=f"{page.name}: {command}") for page in PAGES for command in commands(page)]
README = commands(PAGES[0])


def test_the_table_of_the_house_names_every_room() -> None:
    house = PAGES[0].read_text(encoding="utf-8").partition("\n## The house\n")[2].partition("\n## ")[0]
    named = {
        name
        for row in house.splitlines()
        if row.startswith("| `")
        for name in re.findall("`([^`]+)`", row[2:].split(" | ")[0])
    }
    package = ROOT / "src" / "skymask"
    rooms = {entry.name for entry in package.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file()}
    assert named == rooms - {"__init__.py", "__main__.py"}


def test_the_pages_have_commands() -> None:
    assert len(README) > 8


def test_the_commands_of_a_loop_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "    for seed in 1 2; do skymask train a.toml --seed $seed -o runs/$seed; done  # twice\n", encoding="utf-8"
    )
    assert commands(page) == ["skymask train a.toml --seed 1 -o runs/1", "skymask train a.toml --seed 2 -o runs/2"]


def test_the_lists_of_the_cards_can_be_run_in_their_order() -> None:
    made = {"data/train/manifest.csv", "data/val/manifest.csv"}
    for card in ("fast", "accurate"):
        for command in commands(ROOT / f"src/skymask/weights/{card}.md"):
            missing = sorted(_needs(shlex.split(command)) - made)
            assert not missing, f"{command}: {missing}"
            made |= _makes(shlex.split(command))


def _needs(words: list[str]) -> set[str]:
    """The files that a command of a card's list reads, but for the folders of photographs."""
    if words[1] != "train":
        return {word for word in words[2 : words.index("-o")] if word.startswith("runs/")} if "-o" in words else set()
    config = load_config(ROOT / words[2])
    starts = [path for path in (config.init, config.first_look) if path and str(path) not in SHIPPED_MODELS]
    return {path.as_posix() for path in (*config.data.train, *config.data.val, *starts)}


def _makes(words: list[str]) -> set[str]:
    if words[1:3] == ["data", "synthetic"]:
        return {f"{words[3]}/manifest.csv"}
    output = words[words.index("-o") + 1]
    names = {"train": ("best.safetensors", "last.safetensors"), "data": ("manifest.csv",)}
    return {f"{output}/{name}" for name in names[words[1]]} if words[1] in names else {output}


@pytest.mark.parametrize("command", ALL)
def test_every_command_is_one_that_skymask_takes(command: str) -> None:
    function, _, _ = app.parse_args(shlex.split(command)[1:], exit_on_error=False, print_error=False)
    assert function.__module__.startswith("skymask.cli.")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's commands name."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "photos").mkdir()
    for seed in range(2):
        Image.fromarray(render(seed, (90, 120), "day").image).save(folder / "photos" / f"{seed}.jpg")
    with VideoSink(folder / "clip.mp4", (64, 96), Fraction(10), Fraction(1, 10)) as sink:
        for index, scene in enumerate(clip(1, 4, (64, 96))):
            sink.write(scene.image, index)
    return folder


RUNNABLE = [
    command
    for command in README
    if re.match(r"skymask (video clip|masks|info)", command) and not re.search(r"--show|my\.onnx", command)
]


@pytest.mark.parametrize("command", RUNNABLE)
def test_commands_of_the_readme_do_what_it_says(command: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    assert main(shlex.split(command)[1:]) == 0
    for name in re.findall(r"(?:-o|--report) (\S+)", command):
        assert (desk / name.strip("'").replace("%06d", "000004")).exists()


def test_the_shipped_model_is_fitted_to_images_of_ones_own_as_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, seeds in (("", range(4)), ("val-", range(4, 6))):
        write_photographs(tmp_path / f"{place}photos", tmp_path / f"{place}photo-masks", seeds)
    write_small_recipe(ROOT / "configs" / "fit.toml", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    for command in commands(PAGES[0], "Train your own, score anything"):
        assert main(shlex.split(re.sub(r"--count \d+", "--count 2", command))[1:]) == 0, command
    config = load_checkpoint(Path("runs/mine/best.safetensors")).config
    assert str(config.init) == "fast"
    assert Path("data/mine/manifest.csv") in config.data.train
    assert config.data.val == (Path("data/mine-val/manifest.csv"),)
    for name in ("mine", "shipped"):
        assert len(json.loads(Path(f"results/{name}/result.json").read_text(encoding="utf-8"))["images"]) == 2


def test_the_three_lines_of_python() -> None:
    code = re.search(r"```python\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)
    assert code
    frame = render(4, (120, 160), "day").image
    names: dict[str, object] = {"frame": frame, "skymask": skymask}
    exec(code[1], names)
    assert names["alpha"].shape == (120, 160)  # type: ignore[attr-defined]


def python_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)


def test_a_stream_is_segmented_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _, stream, _ = python_blocks()
    monkeypatch.setattr("skymask.video.open_source.open_source", lambda _: DemoSource(frame_count=3, size_hw=(90, 120)))
    names: dict[str, object] = {}
    exec(stream, names)
    assert names["alpha"].shape == (90, 120)  # type: ignore[attr-defined]
    assert names["is_blind"] is False


def test_frames_of_a_callback_are_segmented_as_the_page_says() -> None:
    _, _, callback = python_blocks()
    names: dict[str, Any] = {}
    exec(callback, names)
    frame = render(4, (120, 160), "day").image
    masks: list[np.ndarray] = []

    def publish(alpha: np.ndarray) -> None:
        masks.append(alpha)
        names["newest"].put(None)  # ends the loop

    names["on_image"](np.zeros_like(frame))
    names["on_image"](frame[..., ::-1])  # the newest counts
    names["segment"](publish)
    assert len(masks) == 1
    assert np.array_equal(masks[0], skymask.load()(frame))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_the_card_says_where_each_source_comes_from() -> None:
    card = (ROOT / "src/skymask/weights/fast.md").read_text(encoding="utf-8")
    counted = set(re.findall(r"^\| (\w+) \| \d+ \|$", card, re.MULTILINE))
    scored = set(re.findall(r"^\| (\w+) +\| +\d+ \| +0\.\d{4} \|", card, re.MULTILINE))
    found = set(re.findall(r"^\| (\w+) \| [^|]+ \| [^|]+ \| [^|]+ \|$", card, re.MULTILINE))
    assert counted
    assert scored
    assert counted | scored <= found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_looks_like_a_table_is_one(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    blocks = [block.lstrip("\n") for block in re.split(r"\n[ \t]*\n", text)]
    rows = [re.sub(r"\A(<!--.*?-->\n)+", "", block) for block in blocks]
    torn = [block for block in rows if block.startswith("|") and not re.match(r"\|.*\n\|[ :|-]+\|", block)]
    assert not torn
