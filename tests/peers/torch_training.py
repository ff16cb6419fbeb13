#!/usr/bin/env python3
"""One contestant of step_peer.py: trains a workload with PyTorch and Hugging Face's models, and says how fast.

    torch_training.py eager|compile|strongest <precision> <device> <steps> <threads> < workload.json

The workload is one of those that `bench --shapes` prints. Random weights and ids, one position of seven labelled,
dropout 0.1, AdamW, clipping at 5; bfloat16 is torch.autocast with float32 weights. Prints tokens_per_second (of the
median step, real positions) and memory_bytes as JSON.

    eager      the published loops: logits and hidden states of all positions, rows selected by masks
    compile    the same, models and loss by torch.compile
    strongest  the encoders by torch.compile with sdpa attention, the teacher in the precision of the forward pass, the
               head on the rows that losses read, in chunks whose gradient is taken at once, the fused AdamW

TinyBERT's loss compares attention probabilities, which have the size of the scores that it is published with, and
which Hugging Face's models give.
"""

import json
import resource
import statistics
import sys
import time

import torch
import transformers
from torch.nn import functional

WARM_UP = {"cpu": 1, "cuda": 5}
TEMPERATURE, CLASSES = 2, 2


class Batch:
    """A step's ids [B, S], mask of real positions (None: there is no padding), labels, and classes of the sequences."""

    def __init__(self, workload, device):
        lengths = torch.tensor(workload["lengths"])
        positions = torch.arange(int(lengths.max()))
        real = positions < lengths[:, None]
        ids = torch.randint(1, workload["student"]["vocabulary"], real.shape) * real
        self.ids = ids.to(device)
        self.real = real.to(device)
        self.mask = None if bool(real.all()) else self.real.long()
        self.labels = torch.where(real & (positions % 7 == 3), ids, -100).to(device)
        self.classes = (torch.arange(len(lengths)) % CLASSES).to(device)
        self.tokens = int(lengths.sum())


def config(shape, **options):
    return transformers.BertConfig(
        vocab_size=shape["vocabulary"], hidden_size=shape["hidden"], num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"], intermediate_size=shape["intermediate"], **options)


def make_model(losses, shape):
    if losses == "tinybert":  # Only this kind of attention gives its probabilities.
        return transformers.BertModel(config(shape, attn_implementation="eager"), add_pooling_layer=False)
    if losses == "classes":
        return transformers.BertForSequenceClassification(config(shape, attn_implementation="sdpa", num_labels=CLASSES))
    return transformers.BertForMaskedLM(config(shape, attn_implementation="sdpa"))


def soft_targets(student, teacher):
    """KL divergence at the temperature, [n, V] each: the sum over rows."""
    return TEMPERATURE**2 * functional.kl_div(
        functional.log_softmax(student.float() / TEMPERATURE, -1), functional.softmax(teacher.float() / TEMPERATURE, -1),
        reduction="sum")


def cosine(student, teacher):
    return functional.cosine_embedding_loss(student.float(), teacher.float(), student.new_ones(len(student)))


class PublishedLoop:
    """DistilBERT's distiller, TinyBERT's general distillation, and fine-tuning."""

    def __init__(self, workload, precision, device, compiled):
        self.workload, self.losses = workload, workload["losses"]
        self.student = make_model(self.losses, workload["student"]).train().to(device)
        self.teacher = make_model(self.losses, workload["teacher"]).eval().to(device) if workload["teacher"] else None
        self.parameters = list(self.student.parameters())
        if self.losses == "tinybert":
            self.projection = torch.nn.Linear(workload["student"]["hidden"], workload["teacher"]["hidden"]).to(device)
            self.parameters += self.projection.parameters()
        self.run_student, self.run_teacher = self.student, self.teacher
        self.loss_of = {"tinybert": self.tinybert, "classes": self.class_loss}.get(self.losses, self.triple)
        if compiled:
            self.run_student, self.loss_of = torch.compile(self.student), torch.compile(self.loss_of)
            self.run_teacher = torch.compile(self.teacher) if self.teacher else None
        self.fused = device == "cuda"

    def backward(self, batch):
        options = {} if self.losses == "classes" else {"output_hidden_states": True}
        if self.losses == "tinybert":
            options["output_attentions"] = True
        taught = None
        if self.teacher:
            with torch.no_grad():
                taught = self.run_teacher(batch.ids, batch.mask, **options)
        self.loss_of(self.run_student(batch.ids, batch.mask, **options), taught, batch).backward()

    def triple(self, student, teacher, batch):
        soft = batch.real if self.losses == "triple" else batch.labels >= 0
        mask = soft[..., None].expand_as(student.logits)
        vocabulary = student.logits.size(-1)
        s, t = (torch.masked_select(x.logits, mask).view(-1, vocabulary) for x in (student, teacher))
        hard = functional.cross_entropy(student.logits.view(-1, vocabulary), batch.labels.view(-1))
        mask = batch.real[..., None].expand_as(student.hidden_states[-1])
        width = student.hidden_states[-1].size(-1)
        hidden = (torch.masked_select(x.hidden_states[-1], mask).view(-1, width) for x in (student, teacher))
        return 5 * soft_targets(s, t) / len(s) + 2 * hard + cosine(*hidden)

    def tinybert(self, student, teacher, batch):
        every = (len(teacher.hidden_states) - 1) // (len(student.hidden_states) - 1)
        loss = sum(functional.mse_loss(self.projection(s), t)
                   for s, t in zip(student.hidden_states, teacher.hidden_states[::every]))
        return loss + sum(functional.mse_loss(s, t)
                          for s, t in zip(student.attentions, teacher.attentions[every - 1::every]))

    def class_loss(self, student, teacher, batch):
        return functional.cross_entropy(student.logits, batch.classes)


class StrongestLoop(PublishedLoop):
    """The same work with what PyTorch has to make it fast."""

    def __init__(self, workload, precision, device):
        super().__init__(workload, precision, device, compiled=True)
        self.fused = True
        if self.teacher and precision == "bfloat16":
            self.teacher.to(torch.bfloat16)
        if self.losses.startswith("triple"):
            self.encode_student, self.encode_teacher = torch.compile(self.student.bert), torch.compile(self.teacher.bert)
            self.chunk_loss = torch.compile(self.loss_of_chunk)
            self.cosine = torch.compile(cosine)

    def backward(self, batch):
        if not self.losses.startswith("triple"):
            return super().backward(batch)
        with torch.no_grad():
            taught = self.encode_teacher(batch.ids, batch.mask).last_hidden_state.flatten(0, 1)
        learnt = self.encode_student(batch.ids, batch.mask).last_hidden_state.flatten(0, 1)
        labels = batch.labels.flatten()
        real = batch.real.flatten().nonzero().squeeze(1)
        read = real if self.losses == "triple" else (labels >= 0).nonzero().squeeze(1)
        roots = learnt[read]
        gradient = self.gradient_in_chunks(roots.detach(), taught[read], labels[read])
        torch.autograd.backward([roots, self.cosine(learnt[real], taught[real])], [gradient, None])

    def gradient_in_chunks(self, roots, taught, labels):
        """Of the row losses by the rows that the head reads; adds that of the head's parameters."""
        count, gradients = int((labels >= 0).sum()), []
        for rows in torch.arange(len(roots), device=roots.device).split(self.workload["row_chunk"]):
            part = roots[rows].requires_grad_()
            self.chunk_loss(part, taught[rows], labels[rows], 1 / len(roots), 1 / count).backward()
            gradients.append(part.grad)
        return torch.cat(gradients)

    def loss_of_chunk(self, student_rows, teacher_rows, labels, soft_scale, hard_scale):
        student = self.student.cls(student_rows)
        with torch.no_grad():
            teacher = self.teacher.cls(teacher_rows)
        hard = functional.cross_entropy(student.float(), labels, reduction="sum")
        return 5 * soft_scale * soft_targets(student, teacher) + 2 * hard_scale * hard


def seconds_per_step(loop, workload, precision, device, steps):
    optimizer = torch.optim.AdamW(loop.parameters, lr=1e-4, weight_decay=0, fused=loop.fused)
    seconds = []
    for _ in range(steps + WARM_UP[device]):
        start = time.perf_counter()
        batch = Batch(workload, device)
        optimizer.zero_grad()
        with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
            loop.backward(batch)
        torch.nn.utils.clip_grad_norm_(loop.parameters, 5)
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[WARM_UP[device]:]), batch.tokens


def most_memory(device):
    return torch.cuda.max_memory_allocated() if device == "cuda" else 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    contestant, precision, device, steps, threads = sys.argv[1:]
    workload = json.load(sys.stdin)
    if int(threads) > 0:
        torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    if contestant == "strongest":
        loop = StrongestLoop(workload, precision, device)
    else:
        loop = PublishedLoop(workload, precision, device, compiled=contestant == "compile")
    seconds, tokens = seconds_per_step(loop, workload, precision, device, int(steps))
    # Students of a cohort are trained one by one here.
    print(json.dumps({"tokens_per_second": tokens / seconds / workload["students"], "memory_bytes": most_memory(device)}))


if __name__ == "__main__":
    main()
