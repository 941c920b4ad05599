"""Written videos: time stamps, sizes, sound, and what is left after trouble."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet

from skymask.errors import InputError, OutputError
from skymask.video.audio import AudioTrack
from skymask.video.open_source import open_source
from skymask.video.video_sink import VideoSink
from tests.video.clips import MS, VARIABLE_MS, make_clip, picture, read_clip, rename_codec, times_ms


def fail_for_want_of_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def write(
    path: Path, times: Sequence[int] = range(0, 1000, 100), size_hw: tuple[int, int] = (64, 96), **options: object
) -> Path:
    with VideoSink(path, size_hw, Fraction(10), MS, **options) as sink:  # type: ignore[arg-type]
        for number, time_ms in enumerate(times):
            sink.write(picture(size_hw, number), time_ms)
    return path


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "m4v"])
@pytest.mark.parametrize("times", [range(0, 1000, 100), VARIABLE_MS], ids=["constant", "variable"])
def test_time_stamps_are_kept(suffix: str, times: Sequence[int], tmp_path: Path) -> None:
    path = write(tmp_path / f"out.{suffix}", times)
    assert times_ms(path) == list(times)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert container.duration == pytest.approx((times[-1] + 100) * 1000, abs=2000)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "m4v"])
@pytest.mark.parametrize("audio", [None, "aac"])
def test_the_last_picture_stays_as_long_as_it_is_told(suffix: str, audio: str | None, tmp_path: Path) -> None:
    """And the sound with it."""
    sound = make_clip(tmp_path / "in.mp4", audio="aac") if audio else None
    with VideoSink(tmp_path / f"out.{suffix}", (64, 96), Fraction(10), MS, sound) as sink:
        for number in range(3):
            sink.write(picture(number=number), 100 * number, 100 if number < 2 else 600)
    with av.open(str(tmp_path / f"out.{suffix}")) as container:
        assert container.duration == pytest.approx(800_000, abs=22_000 if audio else 2000)
    assert times_ms(tmp_path / f"out.{suffix}") == [0, 100, 200]
    if sound:
        assert 0.75 < audio_packets(tmp_path / f"out.{suffix}")[-1][0] < 0.8


@pytest.mark.parametrize(
    "time_base", [Fraction(1, 25), Fraction(1001, 30_000), Fraction(1, 90_000), Fraction(1, 10**6)]
)
def test_any_time_base(time_base: Fraction, tmp_path: Path) -> None:
    step = max(1, round(Fraction(1, 25) / time_base))
    with VideoSink(tmp_path / "out.mp4", (64, 96), 1 / (step * time_base), time_base) as sink:
        for number in range(5):
            sink.write(picture(number=number), number * step)
    expected = [float(number * step * time_base) for number in range(5)]
    assert [time_s for time_s, _ in read_clip(tmp_path / "out.mp4")] == pytest.approx(expected, abs=1e-4)


def test_colours_survive_and_are_tagged(tmp_path: Path) -> None:
    path = write(tmp_path / "out.mp4")
    image = read_clip(path)[3][1]
    for row in (10, 54):
        assert abs(image[row, 48].astype(int) - picture(number=3)[row, 48]).max() <= 6
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize(("size_hw", "written_hw"), [((33, 47), (34, 48)), ((64, 45), (64, 46)), ((35, 96), (36, 96))])
def test_odd_sides_grow_by_one_pixel(size_hw: tuple[int, int], written_hw: tuple[int, int], tmp_path: Path) -> None:
    image = read_clip(write(tmp_path / "out.mp4", size_hw=size_hw))[0][1]
    assert image.shape[:2] == written_hw
    assert abs(image[-1].astype(int) - image[-2]).max() <= 8


def test_very_wide_frames(tmp_path: Path) -> None:
    assert read_clip(write(tmp_path / "out.mp4", [0, 100], size_hw=(64, 16384)))[0][1].shape == (64, 16384, 3)


def test_pictures_too_large_for_h264(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"at most 16384 .* 16386x64 .*--view overlay"):
        VideoSink(tmp_path / "out.mp4", (64, 16386), Fraction(10), MS)


def audio_packets(path: Path) -> list[tuple[Fraction, bytes]]:
    with av.open(str(path)) as container:
        return [
            (packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux(audio=0)
            if packet.pts is not None
        ]


@pytest.mark.parametrize(
    ("codec", "suffix"), [("aac", "mp4"), ("aac", "mkv"), ("pcm_s16le", "mkv"), ("libmp3lame", "mp4")]
)
def test_sound_is_copied_as_it_is(codec: str, suffix: str, tmp_path: Path) -> None:
    source = make_clip(tmp_path / f"in.{'mkv' if codec == 'pcm_s16le' else 'mp4'}", audio=codec)
    with VideoSink(tmp_path / f"out.{suffix}", (64, 96), Fraction(10), MS, source) as sink:
        for number in range(10):
            sink.write(picture(number=number), 100 * number)
        sink.copy_remaining_audio()
    before, after = audio_packets(source), audio_packets(tmp_path / f"out.{suffix}")
    if suffix == "mkv":  # it has no time before 0, where AAC warms up
        before = [(time_s, content) for time_s, content in before if time_s >= 0]
    assert before
    assert [content for _, content in after] == [content for _, content in before]
    assert max(abs(float(a - b)) for (a, _), (b, _) in zip(before, after, strict=True)) < 0.002
    assert times_ms(tmp_path / f"out.{suffix}") == list(range(0, 1000, 100))


def test_sound_ends_with_the_pictures_when_they_end_early(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", audio="aac")
    audio = audio_packets(write(tmp_path / "out.mp4", range(0, 300, 100), audio_file=source))
    assert 0.25 < audio[-1][0] < 0.3


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_sound_goes_on_where_the_clock_of_a_broadcast_is_set_back(suffix: str, tmp_path: Path) -> None:
    one, two = make_clip(tmp_path / "one.ts", audio="aac"), tmp_path / "two.ts"
    two.write_bytes(one.read_bytes() * 2)
    with closing(open_source(str(two))) as source:
        info = source.info
        path = tmp_path / f"out.{suffix}"
        with VideoSink(path, info.size_hw, info.frame_rate, info.time_base, info.audio_file) as sink:
            for frame in source.frames():
                sink.write(frame.image, frame.pts)
            sink.copy_remaining_audio()
    audio = audio_packets(path)
    assert [content for _, content in audio] == 2 * [content for _, content in audio[: len(audio) // 2]]
    steps_s = np.diff([float(time_s) for time_s, _ in audio])
    assert steps_s == pytest.approx(1024 / 48_000, abs=0.002)
    assert np.diff(times_ms(path)) == pytest.approx(100, abs=1)


def test_sound_that_is_refused_packet_by_packet_costs_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_backwards(track: AudioTrack) -> Iterator[Packet]:
        yield from reversed([packet for packet in track._container.demux(audio=0) if packet.dts is not None])

    source = make_clip(tmp_path / "in.mp4", audio="aac")
    monkeypatch.setattr(AudioTrack, "_read", read_backwards)
    with VideoSink(tmp_path / "out.mp4", (64, 96), Fraction(10), MS, source) as sink:
        for number in range(10):
            sink.write(picture(number=number), 100 * number)
        sink.copy_remaining_audio()
    assert times_ms(tmp_path / "out.mp4") == list(range(0, 1000, 100))


@pytest.mark.parametrize(
    ("codec", "source_suffix", "suffix"),
    [("adpcm_ms", "avi", "mp4"), ("flac", "mkv", "mov"), ("pcm_mulaw", "avi", "mkv")],
)
def test_sound_that_the_container_cannot_hold_is_left_out_with_a_word(
    codec: str, source_suffix: str, suffix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_clip(tmp_path / f"in.{source_suffix}", audio=codec)
    path = write(tmp_path / f"out.{suffix}", audio_file=source)
    assert len(read_clip(path)) == 10
    with av.open(str(path)) as container:
        assert not container.streams.audio
    assert f"out.{suffix} cannot hold {codec} sound" in caplog.text


@pytest.mark.parametrize(
    ("suffix", "names", "codec"),
    [("mp4", {b"mp4a": b"xyz1", b"esds": b"free"}, "xyz1"), ("mkv", {b"A_AAC": b"A_XYZ"}, "unknown")],
)
def test_sound_of_an_unknown_codec_costs_no_picture(
    suffix: str, names: dict[bytes, bytes], codec: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = rename_codec(make_clip(tmp_path / f"in.{suffix}", audio="aac"), names)
    path = write(tmp_path / f"out.{suffix}", audio_file=clip)
    assert times_ms(path) == list(range(0, 1000, 100))
    with av.open(str(path)) as container:
        assert not container.streams.audio
    assert f"The sound of {clip} is left out, since its codec ({codec}) is not known" in caplog.text


def test_a_file_without_sound(tmp_path: Path) -> None:
    path = write(tmp_path / "out.mp4", audio_file=make_clip(tmp_path / "in.mp4"))
    with av.open(str(path)) as container:
        assert len(container.streams) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_whatever_happens_further_up_the_frames_so_far_play(error: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(error), VideoSink(tmp_path / "out.mp4", (64, 96), Fraction(10), MS) as sink:  # noqa: PT012
        for number in range(4):
            sink.write(picture(number=number), 100 * number)
        raise error
    assert times_ms(tmp_path / "out.mp4") == [0, 100, 200, 300]


def test_an_interrupt_waits_until_the_file_is_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    sink = VideoSink(tmp_path / "out.mp4", (64, 96), Fraction(10), MS)
    sink.write(picture(), 0)
    with pytest.raises(KeyboardInterrupt):
        sink.close()
    assert sink.is_whole
    assert times_ms(tmp_path / "out.mp4") == [0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_text("old")
    with VideoSink(path, (64, 96), Fraction(10), MS) as sink:
        sink.write(picture(), 0)
        assert path.read_text() == "old"
    assert len(read_clip(path)) == 1


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as on POSIX")
def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "big" / "sky.bin", tmp_path / "out.mp4"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    with VideoSink(link, (64, 96), Fraction(10), MS) as sink:
        sink.write(picture(), 0)
        assert target.read_text() == "old"
    assert link.is_symlink()
    assert list(target.parent.iterdir()) == [target]
    assert len(read_clip(link)) == 1


@pytest.mark.skipif(os.name == "nt", reason="links and pipes as on POSIX")
def test_a_pipe_is_refused_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "out.mp4"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match=r"out.mp4 is a pipe or a device"):
        VideoSink(pipe, (64, 96), Fraction(10), MS)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_without_a_frame_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), VideoSink(path, (64, 96), Fraction(10), MS):
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("", InputError, "is a folder"),
        ("out.gif", InputError, r"ending '.gif'.*\.mp4"),
        ("out", InputError, "has no ending"),
        ("nowhere/out.mp4", OutputError, "No such file or directory.*Choose a folder that exists"),
    ],
)
def test_targets_that_cannot_be(name: str, error: type[Exception], message: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=message):
        VideoSink(tmp_path / name, (64, 96), Fraction(10), MS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_write_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def touch(self: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", touch)  # tests may run as root, who may write anywhere
    with pytest.raises(OutputError, match="Permission denied"):
        VideoSink(tmp_path / "out.mp4", (64, 96), Fraction(10), MS)


FILL_THE_DISK = """
    import resource, sys
    from fractions import Fraction
    from pathlib import Path
    import numpy as np
    from skymask.errors import OutputError
    from skymask.video.video_sink import VideoSink

    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))  # to the writer, a disk that is full
    noise = np.random.default_rng(0)
    try:
        with VideoSink(Path(sys.argv[1]), (128, 192), Fraction(10), Fraction(1, 10)) as sink:
            for number in range(200):
                sink.write(noise.integers(0, 256, (128, 192, 3), np.uint8), number)
    except OutputError as error:
        print(error)
        sys.exit(7)
"""


def fill_the_disk(path: Path) -> str:
    script = textwrap.dedent(FILL_THE_DISK)
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files the POSIX way")
def test_a_full_disk_is_reported_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    assert f"{path} cannot be written: File too large. Free some space" in fill_the_disk(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files the POSIX way")
def test_what_is_on_a_full_disk_is_kept_where_it_plays(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    assert "File too large. What was written so far is there and plays. Free some space" in fill_the_disk(path)
    assert list(tmp_path.iterdir()) == [path]
    assert times_ms(path)[:2] == [0, 100]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_what_has_sound_but_not_yet_a_picture_is_not_kept(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_clip(tmp_path / "in.mp4", audio="aac")
    with (  # noqa: PT012
        pytest.raises(OutputError, match=r"No space left on device. Free some space"),
        VideoSink(tmp_path / f"out.{suffix}", (64, 96), Fraction(10), MS, source) as sink,
    ):
        sink.write(picture(), 0)
        sink.write(picture(), 100)
        monkeypatch.setattr(AudioTrack, "until", fail_for_want_of_space)
        sink.write(picture(), 200)
    assert list(tmp_path.iterdir()) == [source]


def test_a_disk_that_fills_up_while_finalising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", fail_for_want_of_space)
    with pytest.raises(OutputError, match="No space left on device"):
        write(tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_what_a_source_yields_can_be_written(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=VARIABLE_MS)
    with closing(open_source(str(clip))) as source:
        info = source.info
        with VideoSink(tmp_path / "out.mp4", info.size_hw, info.frame_rate, info.time_base) as sink:
            for frame in source.frames():
                sink.write(frame.image, frame.pts)
    assert times_ms(tmp_path / "out.mp4") == VARIABLE_MS
    for (_, before), (_, after) in zip(read_clip(clip), read_clip(tmp_path / "out.mp4"), strict=True):
        assert np.abs(before.astype(int) - after).mean() < 3
