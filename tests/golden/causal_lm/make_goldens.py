#!/usr/bin/env python3
"""Writes this folder's goldens with Hugging Face's transformers: losses and gradients of a tiny GPT-2 on blocks of
text.

From the repository's root, in an environment with `pip install torch==2.11.0 transformers==5.23.0`:
    python3 tests/golden/causal_lm/make_goldens.py

The teacher is the GPT-2 of tests/golden/encoder. Texts are those of LetterDocuments
(framework/data/sequences/test_store.h).
"""

import pathlib

import safetensors.torch
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
TEACHER = HERE.parent / "encoder" / "gpt2"
DOCUMENTS, LETTERS = 6, 10
FIRST_LETTER, END_OF_TEXT = 5, 3
LENGTH = 12
TEMPERATURE = 2
WEIGHTS = {"ce": 5, "clm": 2, "cos": 1}


def blocks():
    stream = []
    for document in range(DOCUMENTS):
        rest = document
        for place in range(LETTERS):
            stream.append(FIRST_LETTER + (rest % 26 if place < 4 else (document + place * place) % 26))
            rest //= 26
        stream.append(END_OF_TEXT)
    whole = len(stream) // LENGTH
    return torch.tensor(stream[: whole * LENGTH]).reshape(whole, LENGTH)


def make_student():
    config = transformers.GPT2Config(
        vocab_size=60,
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=20,
        bos_token_id=0,
        eos_token_id=0,
        attn_implementation="eager",
    )
    student = transformers.GPT2LMHeadModel(config)
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for name, parameter in sorted(student.named_parameters()):
            scale = "ln_" in name and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3 + (1 if scale else 0))
    student.save_pretrained(HERE / "student")
    (HERE / "student" / "generation_config.json").unlink(missing_ok=True)
    return student


def main():
    # In float64, without dropout, so that all of a difference is ours.
    student = make_student().double().eval()
    teacher = transformers.GPT2LMHeadModel.from_pretrained(TEACHER, attn_implementation="eager").double().eval()
    ids = blocks()
    with torch.no_grad():
        taught = teacher(input_ids=ids, output_hidden_states=True)
    learnt = student(input_ids=ids, labels=ids, output_hidden_states=True)

    def rows(values):
        return values.reshape(-1, values.shape[-1])

    terms = {"clm": learnt.loss}
    # Every position of a block counts here, the last included.
    divergence = torch.nn.functional.kl_div(
        torch.log_softmax(rows(learnt.logits) / TEMPERATURE, -1),
        torch.softmax(rows(taught.logits) / TEMPERATURE, -1),
        reduction="batchmean",
    )
    terms["ce"] = divergence * TEMPERATURE**2
    same = torch.ones(ids.numel())
    terms["cos"] = torch.nn.functional.cosine_embedding_loss(
        rows(learnt.hidden_states[-1]), rows(taught.hidden_states[-1]), same
    )
    golden = {"ids": ids} | {"term." + name: value for name, value in terms.items()}
    parameters = {
        "embeddings.word": "transformer.wte.weight",
        "embeddings.position": "transformer.wpe.weight",
        "layer.1.attention.norm.scale": "transformer.h.0.ln_1.weight",
        "layer.1.attention.output.bias": "transformer.h.0.attn.c_proj.bias",
        "layer.2.feed_forward.up.bias": "transformer.h.1.mlp.c_fc.bias",
        "layer.2.feed_forward.norm.shift": "transformer.h.1.ln_2.bias",
        "final.norm.scale": "transformer.ln_f.weight",
    }
    totals = {"clm": terms["clm"], "recipe": sum(weight * terms[name] for name, weight in WEIGHTS.items())}
    for total, loss in totals.items():
        student.zero_grad()
        loss.backward(retain_graph=True)
        named = dict(student.named_parameters())
        for canonical, name in parameters.items():
            golden[f"gradient.{total}.{canonical}"] = named[name].grad.clone()
    golden = {name: tensor.detach().contiguous() for name, tensor in golden.items()}
    golden = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in golden.items()}
    safetensors.torch.save_file(golden, HERE / "golden.safetensors")
    print({name: value.item() for name, value in terms.items()}, ids.shape)


if __name__ == "__main__":
    main()
