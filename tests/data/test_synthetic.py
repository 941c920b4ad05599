"""The rendered scenes: exact where they must be, varied, and the same for the same seed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from skymask.cli.data.synthetic import synthetic
from skymask.data.manifest import read_manifest
from skymask.data.synthetic import SCENE_KINDS, Scene, clip, render, write_dataset
from skymask.data.synthetic.aircraft import add_aircraft
from skymask.data.synthetic.buildings import add_canyon
from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.desert import add_boulders, add_canyon_walls, add_figures, add_mesas
from skymask.data.synthetic.layers import Layer, View, World, cover_below, layer_of
from skymask.data.synthetic.light import light_for, rgb
from skymask.data.synthetic.noise import PlaneNoise, fractal
from skymask.data.synthetic.ranges import add_far_ranges
from skymask.data.synthetic.recipes import SHARES
from skymask.data.synthetic.scene import build
from skymask.data.synthetic.sea import add_bank, add_boat, add_buoy, add_headland
from skymask.data.synthetic.shading import add_dapples, add_lamplight
from skymask.data.synthetic.street import wire_cover
from skymask.data.synthetic.water import add_water
from skymask.errors import InputError, OutputError

SMALL = (96, 128)


def _world(size_hw: tuple[int, int] = (60, 90)) -> World:
    rng = np.random.default_rng(0)
    return World(size_hw, 30.0, light_for("day", rng), rng, vanish_x=45.0)


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_scene_has_the_promised_form(kind: str) -> None:
    scene = render(3, SMALL, kind)
    assert scene.kind == kind
    assert scene.image.shape == (*SMALL, 3)
    assert scene.alpha.shape == SMALL
    assert scene.image.dtype == scene.alpha.dtype == np.uint8


@pytest.mark.parametrize("kind", ["room", "aerial"])
def test_scenes_without_sky_have_none(kind: str) -> None:
    assert all(not render(seed, SMALL, kind).alpha.any() for seed in range(6))


def test_nothing_but_sky_is_all_sky() -> None:
    assert all((render(seed, SMALL, "sky").alpha == 255).all() for seed in range(6))


@pytest.mark.parametrize(
    "kind", [kind for kind in SCENE_KINDS if kind not in ("room", "aerial", "sky", "forest", "facade")]
)
def test_outdoor_scenes_show_sky_above_and_ground_below(kind: str) -> None:
    scenes = [render(seed, SMALL, kind) for seed in range(4)]
    assert all(scene.alpha.any() and not scene.alpha[-1].any() for scene in scenes)
    assert sum(scene.alpha[0].mean() for scene in scenes) > 0


def test_leaves_and_wires_are_soft() -> None:
    alpha = render(2, (240, 320), "forest").alpha
    assert ((alpha > 0) & (alpha < 255)).mean() > 0.01


def test_same_seed_gives_the_same_scene_and_another_seed_another() -> None:
    first, again, other = render(5, SMALL), render(5, SMALL), render(6, SMALL)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.alpha, again.alpha)
    assert (first.image != other.image).any()


@pytest.mark.parametrize("kind", ["day", "water", "snow", "desert", "ridge", "sea_fog", "lamplight", "shore"])
def test_a_scene_keeps_its_composition_at_every_size(kind: str) -> None:
    small, large = render(9, (96, 128), kind).alpha, render(9, (288, 384), kind).alpha
    shrunk = np.asarray(Image.fromarray(large).reduce(3))
    assert ((shrunk > 127) == (small > 127)).mean() > 0.96


def test_kinds_vary_with_the_seed() -> None:
    assert len({render(seed, (32, 32)).kind for seed in range(40)}) >= 8


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    height=st.integers(32, 130),
    width=st.integers(32, 130),
    kind=st.sampled_from(SCENE_KINDS),
)
def test_any_size_and_seed_renders(seed: int, height: int, width: int, kind: str) -> None:
    scene = render(seed, (height, width), kind)
    assert scene.image.shape == (height, width, 3)


def test_extreme_shapes_render() -> None:
    assert render(1, (32, 900), "city").alpha.shape == (32, 900)
    assert render(1, (900, 32), "water").alpha.shape == (900, 32)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "0 or greater; got -1"),
        ({"seed": 0, "size_hw": (31, 64)}, "at least 32 pixels high and wide; got 64x31"),
        ({"seed": 0, "kind": "dsk"}, "Did you mean 'dusk'"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, int | str | tuple[int, int]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        render(**arguments)  # type: ignore[arg-type]


def test_image_and_alpha_agree_at_every_edge() -> None:
    """Black shapes before a white sky: what is left of the white is the alpha."""
    world = _world()
    canvas = Canvas(world.size_hw, 4)
    canvas.polygon([(5.3, 50.1), (31.7, 4.4), (60.2, 55.9)], rgb(0, 0, 0))
    canvas.line([(0, 10.5), (90, 31.2)], rgb(0, 0, 0), 0.4)
    world.items.append(layer_of(rgb(1, 1, 1), np.ones(world.size_hw, np.float32), world.rng, veil=True))
    world.items.append(canvas.layer(10.0))
    frame = world.look(View(world.size_hw))
    np.testing.assert_allclose(frame.image[..., 0], frame.alpha, atol=1.5 / 255)
    assert ((frame.alpha > 0.02) & (frame.alpha < 0.98)).any()


def _before_white(seed: int, size_hw: tuple[int, int] = (120, 160)) -> World:
    """A white sky over a world without any light, in which every solid thing is black."""
    rng = np.random.default_rng(seed)
    dark = np.zeros(3, np.float32)
    light = replace(light_for("day", rng), sun=dark, ambient=dark, haze=dark)
    world = World(size_hw, 0.5 * size_hw[0], light, rng, vanish_x=0.5 * size_hw[1])
    world.items.append(layer_of(rgb(1, 1, 1), np.ones(size_hw, np.float32), rng, veil=True))
    return world


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "add",
    [add_aircraft, add_bank, add_boat, add_buoy, add_headland, add_mesas, add_canyon_walls, add_boulders, add_figures],
)
def test_what_stands_before_the_sky_is_not_sky(add: Callable[[World], None], seed: int) -> None:
    world = _before_white(seed)
    add(world)
    frame = world.look(View(world.size_hw))
    np.testing.assert_allclose(frame.image[..., 0], frame.alpha, atol=1.5 / 255)
    assert 0 < (frame.alpha < 0.5).mean() < 0.9


@pytest.mark.parametrize("seed", range(12))
def test_an_aircraft_takes_its_share_of_the_width(seed: int) -> None:
    world = _before_white(seed, (480, 640))
    add_aircraft(world)
    columns = np.flatnonzero((world.look(View(world.size_hw)).alpha < 1).any(axis=0))
    assert 0.02 * 640 < columns[-1] - columns[0] + 1 < 0.36 * 640


@pytest.mark.parametrize("share", [0.35, 0.65, 0.95])
@pytest.mark.parametrize("seed", range(4))
def test_far_ranges_reach_the_lower_edge_without_a_gap(seed: int, share: float) -> None:
    world = _before_white(seed)
    add_far_ranges(world, share * 120)
    alpha = world.look(View(world.size_hw)).alpha
    assert (alpha[0] == 1).all()
    assert (alpha[-1] == 0).all()
    assert (np.diff(alpha, axis=0) <= 0).all()


def test_the_sea_in_mist_is_nearly_as_the_sky_and_yet_not_sky() -> None:
    steps = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        world = build(rng, (240, 320), "sea_fog")
        frame, row = world.look(View(world.size_hw)), round(world.horizon)
        assert (frame.alpha[row + 1 :] == 0).all()
        assert (frame.alpha[: row // 4] == 1).mean() > 0.9
        above, below = (
            np.median(frame.image[part], axis=(0, 1)) for part in (slice(row - 5, row - 2), slice(row + 3, row + 6))
        )
        steps.append(float(np.abs(above - below).max()))
    assert 0.01 < np.median(steps) < 0.15


def test_below_the_far_shore_nothing_is_sky_and_a_bank_may_hide_it() -> None:
    banks = 0
    for seed in range(16):
        world = build(np.random.default_rng(seed), (240, 320), "shore")
        alpha = world.look(View(world.size_hw)).alpha
        nearest = round(world.row_at(1200.0))
        assert (alpha[nearest + 1 :] == 0).all()
        assert (alpha[0] == 1).mean() > 0.5
        banks += bool((alpha[: round(world.horizon) - 12] < 1).any(axis=0).mean() > 0.05)
    assert 2 <= banks < 14


@pytest.mark.parametrize("silt", [0.0, 1.0])
def test_muddy_water_is_brown(silt: float) -> None:
    world = _world((120, 160))
    add_water(world, 60.0, float("inf"), 0.3, silt)
    red, _, blue = world.look(View(world.size_hw)).image[-20:].mean(axis=(0, 1))
    assert (red > blue) == (silt == 1)


@pytest.mark.parametrize("view", [View((120, 160)), View((120, 100)), View((120, 160), turn_px=200.0)])
def test_lamplight_fades_upwards_and_leaves_the_sky_alone(view: View) -> None:
    world = _world((120, 160))
    world.horizon = 100.0
    ground = np.zeros(world.size_hw, np.float32)
    ground[:, 40:120] = 1
    world.items.append(layer_of(rgb(0.2, 0.3, 0.5), np.ones(world.size_hw, np.float32), world.rng, veil=True))
    world.items.append(layer_of(rgb(0.5, 0.5, 0.5), ground, world.rng))
    before = world.look(view)
    add_lamplight(world)
    after = world.look(view)
    sky, solid = before.alpha == 1, before.alpha == 0
    np.testing.assert_array_equal(after.alpha, before.alpha)
    np.testing.assert_array_equal(after.image[sky], before.image[sky])
    lit = np.where(solid, after.image[..., 0] / 0.5, np.nan)
    assert np.nanmax(lit, initial=0.0) < 1.13
    if solid.any():
        assert np.nanmean(lit[:10]) < 0.8 * np.nanmean(lit[70:80])


def test_under_lamps_the_ground_is_brighter_than_the_sky() -> None:
    brighter = []
    for seed in range(12):
        scene = render(seed, (120, 160), "lamplight")
        grey = scene.image.mean(axis=2)
        brighter.append(np.percentile(grey[scene.alpha == 0], 90) > np.percentile(grey[scene.alpha == 255], 90))
    assert sum(brighter) >= 10


def test_house_fronts_leave_some_sky_or_none() -> None:
    shares = [float((render(seed, SMALL, "facade").alpha > 127).mean()) for seed in range(16)]
    assert any(share == 0 for share in shares)
    assert any(share > 0.2 for share in shares)


@pytest.mark.parametrize("seed", range(4))
def test_dapples_lie_on_what_is_solid_alone(seed: int) -> None:
    world = _before_white(seed)
    half = np.zeros(world.size_hw, np.float32)
    half[60:] = 1
    world.items.append(layer_of(rgb(0.5, 0.5, 0.5), half, world.rng))
    add_dapples(world)
    frame = world.look(View(world.size_hw))
    assert (frame.image[:60] == 1).all()
    assert frame.image[60:].max() <= 1
    assert np.ptp(frame.image[60:]) > 0.05


def test_deserts_lie_under_blue_grey_and_sand_coloured_skies() -> None:
    lights = [light_for("desert", np.random.default_rng(seed)) for seed in range(60)]
    warmth = np.array([float(light.stops[-2][0] - light.stops[-2][2]) for light in lights if light.night == 0])
    assert (warmth < -0.2).any()
    assert (np.abs(warmth) < 0.05).any()
    assert (warmth > 0.05).any()


def test_every_kind_has_a_share() -> None:
    assert len(SHARES) == len(SCENE_KINDS)
    assert sum(SHARES) == pytest.approx(1)


def test_a_veil_leaves_the_alpha_alone() -> None:
    world = _world()
    cloud = np.clip(fractal(world.rng, world.size_hw, 20.0), 0, 1)
    world.items.append(layer_of(rgb(1, 1, 1), cloud, world.rng, veil=True))
    assert (world.look(View(world.size_hw)).alpha == 1).all()


def test_coverage_below_a_line_is_its_area() -> None:
    line = np.linspace(3.0, 9.0, 4 * 20, dtype=np.float32)
    cover = cover_below(line, 16)
    np.testing.assert_allclose(cover.sum(axis=0), 16 - line.reshape(20, 4).mean(axis=1), rtol=1e-5)


@given(thick=st.floats(0.1, 4.0), row=st.floats(8.0, 20.0))
def test_a_wire_covers_its_thickness(thick: float, row: float) -> None:
    cover = wire_cover((30, 12), np.full(12, row, np.float32), thick)
    np.testing.assert_allclose(cover.sum(axis=0), thick, rtol=1e-3)


def test_a_steep_wire_has_no_gaps() -> None:
    curve = np.linspace(-40.0, 400.0, 40, dtype=np.float32)  # eleven rows a column
    cover = wire_cover((300, 40), curve, 0.5)
    np.testing.assert_allclose(cover[20:280].sum(axis=1), 0.5 * np.hypot(1, 1 / 11.28), rtol=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_no_sky_shines_through_between_houses(seed: int) -> None:
    world = World((240, 320), 150.0, light_for("day", np.random.default_rng(seed)), np.random.default_rng(seed))
    world.vanish_x = 160.0
    add_canyon(world)
    seen = np.flatnonzero(world.look(View(world.size_hw)).alpha[145] > 0.02)
    assert 0 < seen.size == seen[-1] - seen[0] + 1


def test_ground_moves_as_a_plane() -> None:
    """A mark on the ground appears where a pinhole camera at the new place sees it."""
    world = _world((200, 300))
    world.horizon, world.vanish_x, depth, aside = 60.0, 150.0, 12.0, 1.5
    cover = np.zeros(world.size_hw, np.float32)
    x, y = 150 + world.focal_px * aside / depth, world.row_at(depth)
    cover[round(y) - 3 : round(y) + 3, round(x) - 3 : round(x) + 3] = 1
    world.items.append(layer_of(rgb(0, 0, 0), cover, world.rng, ground=True))
    frame = world.look(View(world.size_hw, turn_px=7.0, sideways=0.5, forward=3.0))
    rows, columns = np.nonzero(frame.alpha < 0.5)
    assert rows.mean() == pytest.approx(60 + world.focal_px * world.eye_m / 9, abs=1.5)
    assert columns.mean() == pytest.approx(150 + world.focal_px * 1.0 / 9 - 7, abs=1.5)


def test_a_wall_along_the_street_moves_as_a_plane() -> None:
    world = _world((200, 300))
    world.horizon, world.vanish_x, depth, wall_m = 100.0, 150.0, 30.0, 8.0
    pixels = np.zeros((*world.size_hw, 4), np.uint8)
    x, y = 150 + world.focal_px * wall_m / depth, 100 - world.focal_px * 4 / depth
    pixels[round(y) - 2 : round(y) + 2, round(x) - 2 : round(x) + 2, 3] = 255
    part = Layer.trimmed(pixels, 30.0)
    world.items.append(Layer(part.pixels, part.top_left, 30.0, wall_m=wall_m))
    frame = world.look(View(world.size_hw, turn_px=5.0, sideways=0.4, forward=4.0))
    rows, columns = np.nonzero(frame.alpha < 0.5)
    assert rows.mean() == pytest.approx(100 - world.focal_px * 4 / 26, abs=1.5)
    assert columns.mean() == pytest.approx(150 + world.focal_px * 7.6 / 26 - 5, abs=1.5)


def test_noise_beyond_the_horizon_is_nothing() -> None:
    seen = PlaneNoise(np.random.default_rng(0)).sample((80, 60), 30.0, 1.0)
    assert not seen[:30].any()
    assert seen[50:].std() > 0.2


def test_water_mirrors_what_stands_behind_it() -> None:
    world = _world((120, 160))
    world.horizon = 60.0
    canvas = Canvas(world.size_hw, 2)
    canvas.rectangle(0, 0, 160, 120, rgb(0.9, 0.9, 0.9))
    canvas.rectangle(40, 40, 80, 60, rgb(0.9, 0, 0))
    world.items.append(canvas.layer(500.0))
    add_water(world, 60.0, 500.0, rough=0.0)
    image = world.look(View(world.size_hw)).image
    redness = image[70, :, 0] - image[70, :, 1]
    assert redness[45:75].min() > 0.3
    assert np.abs(redness[85:]).max() < 0.2
    assert np.abs(image[110, :, 0] - image[110, :, 1]).max() < 0.2  # the tower's mirror image ends at row 80


@pytest.mark.parametrize("kind", ["city", "water", "forest", "room", "sky"])
def test_clip_moves_smoothly_and_repeats(kind: str) -> None:
    frames = list(clip(4, 6, (72, 128), kind))
    assert len(frames) == 6
    assert {frame.alpha.shape for frame in frames} == {(72, 128)}
    np.testing.assert_array_equal(frames[3].alpha, list(clip(4, 4, (72, 128), kind))[3].alpha)
    steps = [_difference(first, second) for first, second in pairwise(frames)]
    assert max(steps) < 12
    if kind in ("room", "sky"):
        assert {int(frame.alpha.mean()) for frame in frames} == {0 if kind == "room" else 255}


def test_a_still_camera_sees_water_and_clouds_move() -> None:
    first, *_, last = clip(9, 6, (72, 128), "water", still=True)
    np.testing.assert_array_equal(first.alpha, last.alpha)
    assert (first.image != last.image).any()


def _difference(first: Scene, second: Scene) -> float:
    return float(np.abs(first.alpha.astype(int) - second.alpha).mean())


def test_clip_refuses_wrong_arguments_at_once() -> None:
    with pytest.raises(InputError, match="no scene of the kind 'seaa'"):
        clip(0, 3, kind="seaa")


def test_clip_is_lazy() -> None:
    assert next(clip(1, 10**9, (32, 32), "sky")).kind == "sky"


def test_dataset_has_the_form_of_the_manifests(tmp_path: Path) -> None:
    counted: list[int] = []
    manifest = write_dataset(tmp_path / "out", 5, seed=40, size_hw=(48, 64), jobs=1, on_scene=counted.append)
    assert manifest.read_text().splitlines()[0] == "source,group,image,mask,ignore"
    rows = list(csv.DictReader(manifest.open(newline="")))
    assert counted == [1, 2, 3, 4, 5]
    sizes = []
    for row in rows:
        assert (row["source"], row["ignore"]) == ("synthetic", "")
        assert row["group"] in SCENE_KINDS
        mask = np.asarray(Image.open(manifest.parent / row["mask"]))
        sizes.append(Image.open(manifest.parent / row["image"]).size)
        assert sizes[-1] == mask.shape[::-1]
    assert set(sizes) == {(64, 48), (64, 36), (48, 64)}
    assert not list(tmp_path.rglob("*.part"))


def test_dataset_is_the_same_from_several_processes(tmp_path: Path) -> None:
    one = write_dataset(tmp_path / "one", 3, size_hw=(60, 80), jobs=1)
    two = write_dataset(tmp_path / "two", 3, size_hw=(60, 80), jobs=2)
    for path in sorted(one.parent.rglob("*.*")):
        assert path.read_bytes() == (two.parent / path.relative_to(one.parent)).read_bytes()


def test_dataset_of_chosen_kinds_takes_them_in_turn(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path, 3, size_hw=(48, 64), jobs=1, kinds=("sky", "desert"))
    assert [sample.group for sample in read_manifest(manifest)] == ["sky", "desert", "sky"]
    with pytest.raises(InputError, match="Did you mean 'desert'"):
        write_dataset(tmp_path, 1, kinds=("dessert",))


def test_dataset_refuses_nothing_to_do_and_a_file_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="count=0"):
        write_dataset(tmp_path, 0)
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match=r"taken.* cannot be written: Not a directory"):
        write_dataset(tmp_path / "taken", 1, size_hw=(36, 48), jobs=1)


def test_command_writes_the_set_and_prints_its_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    synthetic(tmp_path, count=1, seed=2, jobs=1)
    assert capsys.readouterr().out.strip() == str(tmp_path / "manifest.csv")
    assert len(list((tmp_path / "images").iterdir())) == 1


def test_dataset_goes_over_a_part_of_itself_and_over_nothing_else(tmp_path: Path) -> None:
    def write(count: int, seed: int = 0, kinds: tuple[str, ...] = ("sky", "desert")) -> bytes:
        return write_dataset(tmp_path, count, seed, size_hw=(48, 64), kinds=kinds).read_bytes()

    first = write(2)
    assert write(2) == first
    larger = write(3)
    assert larger.startswith(first)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    for arguments in ((2,), (3, 1), (3, 0, ("desert",))):
        with pytest.raises(InputError, match=r"manifest\.csv lists .*, which the new one would not"):
            write(*arguments)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == files


@pytest.mark.parametrize("text", ["notes\n", "source,group,image,mask\nmine,a,photo.jpg,photo.png\n"])
def test_dataset_leaves_a_manifest_of_others_alone(tmp_path: Path, text: str) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(text)
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(InputError, match=r"manifest\.csv .*Choose another folder, or move it away"):
        write_dataset(tmp_path, 1, size_hw=(48, 64))
    assert manifest.read_text() == text
    assert not (tmp_path / "images").exists()
