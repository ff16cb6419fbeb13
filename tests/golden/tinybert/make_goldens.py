#!/usr/bin/env python3
"""Writes this folder's goldens: the losses of every stage of TinyBERT's released code on recorded batches with padding,
and students after 20 steps of its optimiser, computed by that code.

The code is https://github.com/huawei-noah/Pretrained-Language-Model, folder TinyBERT, as of commit 0598f02. Its models
and its optimiser are called; the lines of its loops that add up losses stand in Released below, by what they compute.

From the repository's root, in an environment with `pip install torch==2.11.0 numpy safetensors`:
    OMP_NUM_THREADS=1 python3 tests/golden/tinybert/make_goldens.py <folder TinyBERT>

Departures from a run of the scripts, for goldens that are repeatable: float64, no dropout in either model, and a pooler
whose outputs are all positive, since the code's classifier reads relu(pooled), which no class of transformers and no
model of retort does.

Folders: teacher, student and scorer as they begin, and <stage>_student after the steps. goldens.safetensors has
`batch/<name>` of all steps, `projection/{weight,bias}`, `<stage>/loss/<term>` by step, `<stage>/projection/*` after the
steps, and `paper/<loss>` of the first batch.
"""

import json
import pathlib
import shutil
import sys
from unittest import mock

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
STEPS, TOTAL_STEPS = 20, 25
LENGTHS = [8, 5, 3, 6]
POSITIONS, VOCABULARY, CLASSES = 8, 30, 3
LEARNING_RATE, WARMUP = 1e-3, 0.1
SIZES = {
    "student": {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16},
    "teacher": {"hidden_size": 12, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 24},
}
TEACHER_WIDTH = SIZES["teacher"]["hidden_size"]


def import_released(folder):
    # It imports what models were once downloaded with; nothing here downloads.
    for name in ("boto3", "botocore", "botocore.exceptions", "requests", "tqdm"):
        sys.modules.setdefault(name, mock.MagicMock())
    sys.path.insert(0, folder)
    from transformer import modeling, optimization

    return modeling, optimization


def make_config(modeling, side):
    return modeling.BertConfig(
        VOCABULARY,
        hidden_act="gelu",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        max_position_embeddings=16,
        type_vocab_size=2,
        **SIZES[side],
    )


def draw_parameters(model, seed):
    """Weights of a size at which every loss has a gradient, and a pooler of positive outputs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            draws = torch.randn(parameter.shape, generator=generator)
            scale = 0.1 if "pooler" in name or name.endswith("bias") else 0.3
            parameter.copy_(scale * draws + (1 if name.endswith("LayerNorm.weight") else 0))
            if name.endswith("pooler.dense.bias"):
                parameter.add_(1.5)
    return model.double()


def make_batches():
    generator = torch.Generator().manual_seed(7)
    valid = (torch.arange(POSITIONS) < torch.tensor(LENGTHS)[:, None]).expand(STEPS, -1, -1)
    shape = (STEPS, len(LENGTHS), POSITIONS)
    return {
        "ids": torch.randint(1, VOCABULARY, shape, generator=generator) * valid,
        "token_types": (torch.arange(POSITIONS) >= 2).expand(shape).long() * valid,
        "valid": valid.long(),
        "classes": torch.randint(0, CLASSES, shape[:2], generator=generator),
        "scores": (5 * torch.rand(shape[:2], generator=generator)).float(),
    }


def save_model(name, model, side):
    """A folder of transformers' layout, without what belongs to losses."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tensors = {
        key: value.float().contiguous().clone()
        for key, value in model.state_dict().items()
        if not key.startswith(("fit_dense", "cls."))
    }
    save_file(tensors, folder / "model.safetensors")
    outputs = tensors["classifier.bias"].numel()
    config = {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 16,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "id2label": {str(i): f"LABEL_{i}" for i in range(outputs)},
        "label2id": {f"LABEL_{i}": i for i in range(outputs)},
        **({"problem_type": "regression"} if outputs == 1 else {}),
        **SIZES[side],
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


class Released:
    """The released code's stages: what its loops compute of one batch."""

    def __init__(self, modeling, optimization):
        self.modeling, self.optimization = modeling, optimization
        self.batches = make_batches()
        self.teacher = draw_parameters(self.classifier("teacher", CLASSES), 1).eval()
        self.start = draw_parameters(self.classifier("student", CLASSES), 2)
        self.start_scorer = draw_parameters(self.classifier("student", 1), 3)

    def classifier(self, side, outputs):
        config = make_config(self.modeling, side)
        return self.modeling.TinyBertForSequenceClassification(config, outputs, fit_size=TEACHER_WIDTH)

    def pre_training(self):
        model = self.modeling.TinyBertForPreTraining(make_config(self.modeling, "student"), fit_size=TEACHER_WIDTH)
        model.double().load_state_dict(self.start.state_dict(), strict=False)
        return model

    def copy_of(self, start):
        model = self.classifier("student", start.num_labels).double()
        model.load_state_dict(start.state_dict())
        return model

    def inputs(self, step):
        return tuple(self.batches[name][step] for name in ("ids", "token_types", "valid"))

    def teach(self, step):
        with torch.no_grad():
            logits, attention, hidden = self.teacher(*self.inputs(step))
        return logits, attention, hidden

    def layer_losses(self, attention, hidden, step):
        """Attention and representations: each student layer beside the last of a block of the teacher's."""
        _, teacher_attention, teacher_hidden = self.teach(step)
        block = len(teacher_attention) // len(attention)
        zeroed = lambda scores: torch.where(scores <= -1e2, torch.zeros_like(scores), scores)
        of_attention = sum(
            F.mse_loss(zeroed(student), zeroed(teacher_attention[block * i + block - 1]))
            for i, student in enumerate(attention)
        )
        of_hidden = sum(F.mse_loss(student, teacher_hidden[block * i]) for i, student in enumerate(hidden))
        return {"attention": of_attention, "hidden": of_hidden}

    def general(self, model, step):
        return self.layer_losses(*model(*self.inputs(step)), step)

    def intermediate(self, model, step):
        _, attention, hidden = model(*self.inputs(step), is_student=True)
        return self.layer_losses(attention, hidden, step)

    def prediction(self, model, step):
        logits = model(*self.inputs(step), is_student=True)[0]
        target = F.softmax(self.teach(step)[0], dim=-1)
        return {"soft": (-target * F.log_softmax(logits, dim=-1)).mean()}

    def regression(self, model, step):
        logits = model(*self.inputs(step), is_student=True)[0]
        return {"gold": F.mse_loss(logits.view(-1), self.batches["scores"][step].double().view(-1))}

    def make_optimizer(self, model, schedule):
        """As both scripts make it: 0.01 of decay but for biases and LayerNorms, and BertAdam's own clipping."""
        named = list(model.named_parameters())
        plain = lambda name: any(part in name for part in ("bias", "LayerNorm.bias", "LayerNorm.weight"))
        groups = [
            {"params": [p for n, p in named if not plain(n)], "weight_decay": 0.01},
            {"params": [p for n, p in named if plain(n)], "weight_decay": 0.0},
        ]
        return self.optimization.BertAdam(
            groups, schedule=schedule, lr=LEARNING_RATE, warmup=WARMUP, t_total=TOTAL_STEPS
        )

    def train(self, model, losses_of, schedule):
        optimizer = self.make_optimizer(model, schedule)
        model.train()
        curves = {}
        clipped = 0
        for step in range(STEPS):
            losses = losses_of(model, step)
            sum(losses.values()).backward()
            clipped += any(p.grad is not None and p.grad.norm() > 1 for p in model.parameters())
            for name, value in losses.items():
                curves.setdefault(name, []).append(value.item())
            optimizer.step()
            optimizer.zero_grad()
        print(f"  clipped in {clipped} of {STEPS} steps; first and last losses:",
              {name: (curve[0], curve[-1]) for name, curve in curves.items()})
        return {name: torch.tensor(curve, dtype=torch.float64) for name, curve in curves.items()}


def entropies(released):
    """Of the teacher's classes, averaged as the code's prediction loss: what its loss is above a divergence."""
    values = []
    for step in range(STEPS):
        log_p = F.log_softmax(released.teach(step)[0], dim=-1)
        values.append((-log_p.exp() * log_p).mean().item())
    return torch.tensor(values, dtype=torch.float64)


def paper_losses(released):
    """Equations 7 to 10 of the paper over real positions, of the students as they begin, on the first batch; one
    matrix serves as both of the paper's."""
    student, valid = released.start, released.batches["valid"][0].bool()
    with torch.no_grad():
        logits, attention, hidden = student(*released.inputs(0))
    teacher_logits, teacher_attention, teacher_hidden = released.teach(0)
    pairs = (valid[:, :, None] & valid[:, None, :])[:, None].expand_as(attention[0])
    project = lambda states: (states @ student.fit_dense.weight.T)[valid]
    of_layer = lambda s, t: F.mse_loss(project(hidden[s]), teacher_hidden[t][valid])
    log_s, p = F.log_softmax(logits, dim=-1), F.softmax(teacher_logits, dim=-1)
    return {
        "attention": sum(
            F.mse_loss(attention[i][pairs], teacher_attention[2 * i + 1][pairs]) for i in range(len(attention))
        ),
        "hidden": of_layer(1, 2) + of_layer(2, 4),
        "embeddings": of_layer(0, 0),
        "soft": (p * (p.log() - log_s)).sum(dim=-1).mean(),
    }


def check_poolers(released, models):
    for model in [released.teacher] + models:
        for step in range(STEPS):
            with torch.no_grad():
                assert model.bert(*released.inputs(step))[2].min() > 0, "a pooled value that relu would change"


def main():
    torch.set_num_threads(1)
    released = Released(*import_released(sys.argv[1]))
    goldens = {f"batch/{name}": values for name, values in released.batches.items()}
    goldens |= {f"projection/{part}": getattr(released.start.fit_dense, part).data for part in ("weight", "bias")}
    goldens |= {f"paper/{name}": value.detach() for name, value in paper_losses(released).items()}
    goldens["prediction/entropy"] = entropies(released)
    save_model("teacher", released.teacher, "teacher")
    save_model("student", released.start, "student")
    save_model("scorer", released.start_scorer, "student")
    stages = {
        "general": (released.pre_training(), released.general, "warmup_linear"),
        "intermediate": (released.copy_of(released.start), released.intermediate, "none"),
        "prediction": (released.copy_of(released.start), released.prediction, "warmup_linear"),
        "regression": (released.copy_of(released.start_scorer), released.regression, "warmup_linear"),
    }
    for stage, (model, losses_of, schedule) in stages.items():
        print(stage)
        curves = released.train(model, losses_of, schedule)
        goldens |= {f"{stage}/loss/{name}": curve for name, curve in curves.items()}
        trained = model
        if stage == "general":
            goldens |= {f"general/projection/{p}": getattr(model.fit_dense, p).data for p in ("weight", "bias")}
            trained = released.copy_of(released.start)
            trained.load_state_dict(model.state_dict(), strict=False)
        if stage == "intermediate":
            goldens |= {f"intermediate/projection/{p}": getattr(model.fit_dense, p).data for p in ("weight", "bias")}
        save_model(f"{stage}_student", trained, "student")
        stages[stage] = (trained, losses_of, schedule)
    check_poolers(released, [model for model, _, _ in stages.values()])
    save_file({name: values.contiguous() for name, values in goldens.items()}, HERE / "goldens.safetensors")


if __name__ == "__main__":
    main()
