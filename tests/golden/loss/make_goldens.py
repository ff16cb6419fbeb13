#!/usr/bin/env python3
"""Writes goldens.safetensors: losses and their gradients as the training code and papers of DistilBERT, TinyBERT,
MiniLM and PKD compute them, with PyTorch's own losses, in float64 and in float32.

From the repository's root, in an environment with `pip install torch==2.11.0 numpy safetensors`:
    python3 tests/golden/loss/make_goldens.py

Tensors: `input/<name>` (floats that float32 holds exactly), `<type>/<case>/value` (a scalar, the loss as that code
means it) and `<type>/<case>/gradient/<name>` for each input that the loss has a gradient to.
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
WIDE_TEACHER = {"width": 12, "heads": 4}
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
    tensors["narrow_teacher.hidden.2"] = draw(batch, S, STUDENT["width"])
    tensors["student.value.2"] = draw(batch, A, S, STUDENT["width"] // A)
    tensors["teacher.value.4"] = draw(batch, A, S, TEACHER["width"] // A)
    # A teacher of other heads and width, for losses over relation heads.
    heads = WIDE_TEACHER["heads"]
    for part in ("query", "key", "value"):
        tensors[f"wide_teacher.{part}.3"] = draw(batch, heads, S, WIDE_TEACHER["width"] // heads)
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

    def attention_mse_causal(self):
        """Raw scores over pairs of real positions whose key is not after the query."""
        pairs = self.valid[:, :, None] & self.valid[:, None, :] & torch.ones(S, S, dtype=torch.bool).tril()
        pairs = pairs[:, None].expand(-1, A, -1, -1)
        return sum(F.mse_loss(self.scores("student", s)[pairs], self.scores("teacher", t)[pairs]) for s, t in PAIRS)

    def relations(self, vectors, heads, causal):
        """softmax of scaled products of two lists of vectors per head, sequence by sequence over its true length."""
        for b, length in enumerate(LENGTHS):
            # All heads side by side, cut anew.
            a, c = (
                x[b, :, :length].permute(1, 0, 2).reshape(length, heads, -1).permute(1, 0, 2) for x in vectors
            )
            products = a @ c.transpose(-1, -2) / math.sqrt(a.size(-1))
            if causal:
                products = products + torch.full((length, length), -math.inf, dtype=products.dtype).triu(1)
            yield F.softmax(products, dim=-1)

    def relation_loss(self, student, teacher, heads, causal=False):
        """1 / (heads · positions) Σ KL(teacher || student) for one relation."""
        total = 0
        for q, p in zip(self.relations(student, heads, causal), self.relations(teacher, heads, causal)):
            seen = torch.ones(q.shape[-2:], dtype=torch.bool)
            seen = seen.tril() if causal else seen
            total = total + F.kl_div(q[:, seen].log(), p[:, seen], reduction="sum")
        return total / (heads * sum(LENGTHS))

    def attention_kl_causal(self):
        """MiniLM's loss of attention for causal models at each pair of layers."""
        vectors = lambda side, layer: (self.t[f"{side}.query.{layer}"], self.t[f"{side}.key.{layer}"])
        return sum(self.relation_loss(vectors("student", s), vectors("teacher", t), A, causal=True) for s, t in PAIRS)

    def relation_kl_minilm(self):
        """MiniLM's two losses of the last layers, added."""
        query, key, value = ((self.t[f"student.{x}.2"], self.t[f"teacher.{x}.4"]) for x in ("query", "key", "value"))
        attention = self.relation_loss((query[0], key[0]), (query[1], key[1]), A)
        return attention + self.relation_loss((value[0], value[0]), (value[1], value[1]), A)

    def minilmv2(self, causal):
        """MiniLMv2's three losses in 3 relation heads of a teacher of other width and heads, weighted 1, 2 and 3."""
        vectors = {x: (self.t[f"student.{x}.2"], self.t[f"wide_teacher.{x}.3"]) for x in ("query", "key", "value")}
        return sum(
            weight * self.relation_loss((student, student), (teacher, teacher), 3, causal)
            for weight, (student, teacher) in zip((1, 2, 3), vectors.values())
        )

    def relation_kl_minilmv2(self):
        return self.minilmv2(causal=False)

    def relation_kl_minilmv2_causal(self):
        return self.minilmv2(causal=True)

    def pkd(self):
        """PKD's paper: squared distances of normalised states of [CLS], averaged over sequences and layers. Its code's
        mean over elements, times the width."""
        student = torch.stack([self.t[f"student.hidden.{s}"][:, 0] for s, _ in PAIRS], dim=1)
        teacher = torch.stack([self.t[f"narrow_teacher.hidden.{t}"][:, 0] for _, t in PAIRS], dim=1)
        return F.mse_loss(F.normalize(student, p=2, dim=2), F.normalize(teacher, p=2, dim=2)) * STUDENT["width"]


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
    "attention_mse_causal",
    "attention_kl_causal",
    "relation_kl_minilm",
    "relation_kl_minilmv2",
    "relation_kl_minilmv2_causal",
    "pkd",
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
