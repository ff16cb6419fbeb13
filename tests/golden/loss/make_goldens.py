#!/usr/bin/env python3
"""Writes goldens.safetensors: losses and their gradients as DistilBERT's, TinyBERT's and MiniLM's training code and
papers compute them, with PyTorch's own losses, in float64 and in float32.

From the repository's root, in an environment with `pip install torch==2.11.0 numpy safetensors`:
    python3 tests/golden/loss/make_goldens.py

Tensors: `input/<name>` (floats that float32 holds exactly), `<type>/<case>/value` (a scalar, the loss as that code means
it) and `<type>/<case>/gradient/<name>` for each input that the loss has a gradient to.
"""

import math
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
LENGTHS = [6, 4, 1]
S, V, A = 6, 23, 2
STUDENT = {"width": 6, "layers": 2}
TEACHER = {"width": 10, "layers": 4}
PAIRS = [(1, 2), (2, 4)]  # Of layers.
TEMPERATURE = 2.0
NO_LABEL = -100


def make_inputs():
    generator = torch.Generator().manual_seed(5)
    draw = lambda *shape: 2 * torch.randn(*shape, generator=generator)
    batch = len(LENGTHS)
    valid = torch.arange(S) < torch.tensor(LENGTHS)[:, None]
    labelled = valid & (torch.rand(batch, S, generator=generator) < 0.4)
    labelled[0, 2] = labelled[1, 0] = True
    labels = torch.where(labelled, torch.randint(0, V, (batch, S), generator=generator), NO_LABEL)
    tensors = {"lengths": torch.tensor(LENGTHS), "labels": labels}
    for side, shape in (("student", STUDENT), ("teacher", TEACHER)):
        tensors[f"{side}.logits"] = draw(batch, S, V)
        for layer in range(shape["layers"] + 1):
            tensors[f"{side}.hidden.{layer}"] = draw(batch, S, shape["width"])
        for layer in range(1, shape["layers"] + 1):
            for part in ("query", "key"):
                tensors[f"{side}.{part}.{layer}"] = draw(batch, A, S, shape["width"] // A)
    # A teacher of the student's width, for losses without a projection.
    tensors["narrow_teacher.hidden.4"] = draw(batch, S, STUDENT["width"])
    tensors["projection.weight"] = draw(TEACHER["width"], STUDENT["width"])
    tensors["projection.bias"] = draw(TEACHER["width"])
    return tensors


class Losses:
    """The cases, as methods, on inputs of one type."""

    def __init__(self, tensors, dtype):
        self.t = {
            name: tensor.to(dtype).clone().requires_grad_(name.startswith(("student", "projection")))
            if tensor.is_floating_point()
            else tensor
            for name, tensor in tensors.items()
        }
        self.valid = torch.arange(S) < self.t["lengths"][:, None]
        self.labelled = self.t["labels"] != NO_LABEL

    def selected(self, mask):
        """Both sides' logits at the positions of a mask, as DistilBERT's distiller selects them."""
        mask = mask.unsqueeze(-1).expand_as(self.t["student.logits"])
        student = torch.masked_select(self.t["student.logits"], mask)
        teacher = torch.masked_select(self.t["teacher.logits"], mask)
        return student.view(-1, V), teacher.view(-1, V)

    def masked_lm(self):
        loss = nn.CrossEntropyLoss(ignore_index=NO_LABEL)
        return loss(self.t["student.logits"].view(-1, V), self.t["labels"].view(-1))

    def distilbert_kl(self, mask, temperature=TEMPERATURE):
        student, teacher = self.selected(mask)
        kl = nn.KLDivLoss(reduction="batchmean")
        return (
            kl(F.log_softmax(student / temperature, dim=-1), F.softmax(teacher / temperature, dim=-1)) * temperature**2
        )

    def soft_targets(self):
        return self.distilbert_kl(self.valid)

    def soft_targets_masked(self):
        return self.distilbert_kl(self.labelled)

    def soft_targets_unscaled(self):
        return self.distilbert_kl(self.valid, 5.0) / 25

    def logit_mse(self):
        student, teacher = self.selected(self.valid)
        return nn.MSELoss(reduction="sum")(student, teacher) / student.size(0)

    def logit_mse_mean_masked(self):
        return F.mse_loss(*self.selected(self.labelled))

    def cosine(self):
        mask = self.valid.unsqueeze(-1).expand_as(self.t["student.hidden.2"])
        student = torch.masked_select(self.t["student.hidden.2"], mask).view(-1, STUDENT["width"])
        teacher = torch.masked_select(self.t["narrow_teacher.hidden.4"], mask).view(-1, STUDENT["width"])
        target = student.new_ones(student.size(0))
        return nn.CosineEmbeddingLoss(reduction="mean")(student, teacher, target)

    def hidden_mse_projected(self):
        return sum(
            F.mse_loss(
                F.linear(self.t[f"student.hidden.{s}"][self.valid], self.t["projection.weight"]),
                self.t[f"teacher.hidden.{t}"][self.valid],
            )
            for s, t in PAIRS
        )

    def hidden_mse_tinybert(self):
        """TinyBERT's code: embeddings too, one projection with a bias, and padding in the mean."""
        return sum(
            F.mse_loss(
                F.linear(self.t[f"student.hidden.{s}"], self.t["projection.weight"], self.t["projection.bias"]),
                self.t[f"teacher.hidden.{t}"],
            )
            for s, t in [(0, 0)] + PAIRS
        )

    def scores(self, side, layer):
        query, key = self.t[f"{side}.query.{layer}"], self.t[f"{side}.key.{layer}"]
        return query @ key.transpose(-1, -2) / math.sqrt(query.size(-1))

    def attention_mse(self):
        """Raw scores over pairs of real positions."""
        pairs = (self.valid[:, :, None] & self.valid[:, None, :])[:, None].expand(-1, A, -1, -1)
        return sum(F.mse_loss(self.scores("student", s)[pairs], self.scores("teacher", t)[pairs]) for s, t in PAIRS)

    def attention_mse_tinybert(self):
        """TinyBERT's code: the mask is added to the scores, and what it made very negative is replaced by 0."""

        def masked(side, layer):
            scores = self.scores(side, layer)
            scores = scores + (1 - self.valid[:, None, None, :].to(scores.dtype)) * -10000.0
            return torch.where(scores <= -1e2, torch.zeros_like(scores), scores)

        return sum(F.mse_loss(masked("student", s), masked("teacher", t)) for s, t in PAIRS)

    def attention_kl(self):
        """MiniLM's loss of attention at each pair of layers: KL over keys, averaged over heads and real queries."""
        padded = ~self.valid[:, None, None, :]
        total = 0
        for s, t in PAIRS:
            student = F.log_softmax(self.scores("student", s).masked_fill(padded, -math.inf), dim=-1)
            teacher = F.softmax(self.scores("teacher", t).masked_fill(padded, -math.inf), dim=-1)
            for b, length in enumerate(LENGTHS):
                real = (b, slice(None), slice(length), slice(length))
                total = total + F.kl_div(student[real], teacher[real], reduction="sum")
        return total / (A * sum(LENGTHS))


CASES = [
    "masked_lm",
    "soft_targets",
    "soft_targets_masked",
    "soft_targets_unscaled",
    "logit_mse",
    "logit_mse_mean_masked",
    "cosine",
    "hidden_mse_projected",
    "hidden_mse_tinybert",
    "attention_mse",
    "attention_mse_tinybert",
    "attention_kl",
]


def main():
    tensors = make_inputs()
    goldens = {f"input/{name}": tensor for name, tensor in tensors.items()}
    for dtype in (torch.float64, torch.float32):
        for case in CASES:
            losses = Losses(tensors, dtype)
            value = getattr(losses, case)()
            value.backward()
            prefix = f"{str(dtype).removeprefix('torch.')}/{case}"
            goldens[f"{prefix}/value"] = value.detach()
            for name, tensor in losses.t.items():
                if tensor.grad is not None:
                    goldens[f"{prefix}/gradient/{name}"] = tensor.grad
    save_file({name: tensor.contiguous() for name, tensor in goldens.items()}, HERE / "goldens.safetensors")


if __name__ == "__main__":
    main()
