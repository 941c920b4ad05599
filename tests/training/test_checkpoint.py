from __future__ import annotations

from pathlib import Path

import pytest
import torch

from skymask.errors import InputError, ModelError
from skymask.training import checkpoint
from skymask.training.checkpoint import load_checkpoint, load_resume, save_resume, save_weights
from tests.support.tiny_training import tiny_config, tiny_network


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    path = tmp_path / "w.safetensors"
    save_weights(path, tiny_network("unet").state_dict(), tiny_config(Path("m.csv")), {"epoch": 3})
    return path


def test_a_checkpoint_says_how_to_build_its_network(saved: Path) -> None:
    loaded = load_checkpoint(saved)
    assert loaded.config.name == "tiny"
    assert loaded.metrics == {"epoch": 3}
    assert not loaded.network.training


def test_damaged_and_foreign_files_are_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint"):
        load_checkpoint(tmp_path / "none.safetensors")
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(ModelError, match="not a readable safetensors file"):
        load_checkpoint(cut)
    foreign = tmp_path / "foreign.safetensors"
    checkpoint.save_file({"a": torch.zeros(1)}, foreign)
    with pytest.raises(ModelError, match="no skymask configuration"):
        load_checkpoint(foreign)
    other = tmp_path / "other.safetensors"
    save_weights(other, {"a": torch.zeros(1)}, tiny_config(Path("m.csv")), {})
    with pytest.raises(ModelError, match=r"do not fit the network 'unet': .* among them 'a'\. Give a") as caught:
        load_checkpoint(other)
    assert len(str(caught.value)) < 400  # not the names of them all


def test_resume_state_comes_back_and_code_in_it_is_never_run(tmp_path: Path) -> None:
    path = tmp_path / "resume.pt"
    save_resume(path, {"step": 3, "weights": torch.ones(2)})
    assert load_resume(path)["step"] == 3

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "owned",)  # type: ignore[return-value]

    torch.save({"step": Evil()}, path)
    with pytest.raises(InputError, match="cannot be read"):
        load_resume(path)
    assert not (tmp_path / "owned").exists()
