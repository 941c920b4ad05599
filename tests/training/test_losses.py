from __future__ import annotations

import pytest
import torch

from skymask.training.losses import boundary_band, sky_loss, total_variation

PARTS = {"boundary_weight": 2.0, "boundary_width": 5, "dice_weight": 0.5}


def scene() -> torch.Tensor:
    alpha = torch.zeros(2, 20, 30)
    alpha[:, :10] = 1
    return alpha


def everywhere(alpha: torch.Tensor) -> torch.Tensor:
    return torch.ones_like(alpha, dtype=torch.bool)


def test_the_band_lies_along_the_border_and_has_its_width() -> None:
    band = boundary_band(scene(), everywhere(scene()), 5)
    assert band[0, :, 0].nonzero().flatten().tolist() == [8, 9, 10, 11]
    all_sky = torch.ones(1, 20, 30)
    assert boundary_band(all_sky, everywhere(all_sky), 5).max() == 0  # the picture's edge is no border


def test_the_band_equals_a_square_maximum() -> None:
    alpha = torch.rand(1, 17, 23)
    local = torch.nn.functional
    square = local.max_pool2d(alpha[:, None], 7, 1, 3) + local.max_pool2d(-alpha[:, None], 7, 1, 3)
    assert torch.allclose(boundary_band(alpha, everywhere(alpha), 7), square[:, 0])


def test_right_answers_cost_little_and_wrong_ones_much() -> None:
    alpha = scene()
    right = sky_loss((alpha - 0.5) * 40, alpha, everywhere(alpha), **PARTS)
    wrong = sky_loss((0.5 - alpha) * 40, alpha, everywhere(alpha), **PARTS)
    assert right < 0.01
    assert wrong > 10


def test_pixels_without_label_have_no_influence() -> None:
    alpha = scene()
    valid = everywhere(alpha)
    valid[:, :, :15] = False
    logits = torch.randn_like(alpha).requires_grad_()
    sky_loss(logits, alpha, valid, **PARTS).backward()
    assert logits.grad is not None
    assert logits.grad[:, :, :15].abs().max() == 0
    assert logits.grad[:, :, 15:].abs().max() > 0


@pytest.mark.parametrize("hidden", [0.0, 0.3, 1.0])
def test_what_stands_under_pixels_without_label_does_not_matter(hidden: float) -> None:
    alpha = scene()
    valid = everywhere(alpha)
    valid[:, 5:, 20:] = False
    logits = torch.randn_like(alpha)
    other = torch.where(valid, alpha, hidden)
    parts = [sky_loss(logits, each, valid, **PARTS) for each in (alpha, other)]
    assert torch.equal(*parts)


def test_no_border_runs_along_pixels_without_label() -> None:
    sky = torch.ones(1, 20, 30)
    valid = everywhere(sky)
    valid[:, :, 20:] = False
    assert boundary_band(torch.where(valid, sky, 0.0), valid, 5).max() == 0
    assert boundary_band(torch.zeros_like(sky), ~valid, 5).max() == 0
    assert boundary_band(sky, valid & ~valid, 5).max() == 0


def test_an_error_at_the_border_costs_more_than_one_far_away() -> None:
    alpha = scene()
    logits = (alpha - 0.5) * 20
    near, far = logits.clone(), logits.clone()
    near[:, 9] *= -1
    far[:, 0] *= -1
    losses = [sky_loss(each, alpha, everywhere(alpha), **PARTS) for each in (near, far)]
    assert losses[0] > 1.5 * losses[1]


def test_texture_away_from_the_border_costs_and_at_the_border_does_not() -> None:
    alpha = scene()
    flat = (alpha - 0.5) * 10
    spot, edge, hidden = flat.clone(), flat.clone(), flat.clone()
    spot[:, 3, 8] = 0
    edge[:, 9, 8] = 0
    hidden[:, 3, 8] = 0
    valid = everywhere(alpha)
    valid[:, 2:5, 7:10] = False
    terms = [
        float(sky_loss(each, alpha, where, **PARTS, texture_weight=5.0) - sky_loss(each, alpha, where, **PARTS))
        for each, where in (
            (flat, everywhere(alpha)),
            (spot, everywhere(alpha)),
            (edge, everywhere(alpha)),
            (hidden, valid),
        )
    ]
    assert terms[1] > 0.001
    assert terms[0] == terms[2] == terms[3] == pytest.approx(0, abs=1e-6)


def test_the_total_variation_counts_steps() -> None:
    values, weight = torch.zeros(1, 4, 5), torch.ones(1, 4, 5)
    values[0, 1, 2] = 0.5  # four steps of 0.5 around it
    assert total_variation(values, weight) == pytest.approx(4 * 0.5 / 20)
    weight[0, 1, 3] = 0
    assert total_variation(values, weight) == pytest.approx(3 * 0.5 / 19)
    assert total_variation(values, torch.zeros_like(weight)) == 0


def test_a_batch_without_labels_costs_nothing() -> None:
    alpha = scene()
    assert sky_loss(torch.randn_like(alpha), alpha, ~everywhere(alpha), **PARTS) == 0
