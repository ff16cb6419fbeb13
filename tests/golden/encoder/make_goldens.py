#!/usr/bin/env python3
"""Writes this folder's goldens with Hugging Face's transformers: tiny random models and what they compute.

From the repository's root, in an environment with `pip install torch==2.11.0 transformers==5.23.0`:
    python3 tests/golden/encoder/make_goldens.py
"""

import pathlib

import safetensors.torch
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY = 60
POSITIONS = 12
LENGTHS = [9, 12, 5]
NO_LABEL = -100

BERT = transformers.BertForMaskedLM(
    transformers.BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=24,
        max_position_embeddings=20,
        layer_norm_eps=1e-6,
        attn_implementation="eager",
    )
)
BERT.bert.pooler = transformers.models.bert.modeling_bert.BertPooler(BERT.config)
DISTILBERT = transformers.DistilBertForMaskedLM(
    transformers.DistilBertConfig(
        vocab_size=VOCABULARY,
        dim=16,
        n_layers=2,
        n_heads=2,
        hidden_dim=40,
        max_position_embeddings=20,
        attn_implementation="eager",
    )
)
GRADIENTS = {
    "bert": {
        "embeddings.word": "bert.embeddings.word_embeddings.weight",
        "embeddings.position": "bert.embeddings.position_embeddings.weight",
        "embeddings.token_type": "bert.embeddings.token_type_embeddings.weight",
        "embeddings.norm.scale": "bert.embeddings.LayerNorm.weight",
        "layer.1.attention.query.weight": "bert.encoder.layer.0.attention.self.query.weight",
        "layer.2.attention.value.bias": "bert.encoder.layer.1.attention.self.value.bias",
        "layer.3.feed_forward.up.weight": "bert.encoder.layer.2.intermediate.dense.weight",
        "layer.3.attention.norm.shift": "bert.encoder.layer.2.attention.output.LayerNorm.bias",
        "masked_lm.transform.weight": "cls.predictions.transform.dense.weight",
        "masked_lm.decoder.bias": "cls.predictions.bias",
    },
    "distilbert": {
        "embeddings.word": "distilbert.embeddings.word_embeddings.weight",
        "embeddings.position": "distilbert.embeddings.position_embeddings.weight",
        "layer.1.attention.key.weight": "distilbert.transformer.layer.0.attention.k_lin.weight",
        "layer.2.feed_forward.down.weight": "distilbert.transformer.layer.1.ffn.lin2.weight",
        "layer.2.attention.norm.scale": "distilbert.transformer.layer.1.sa_layer_norm.weight",
        "masked_lm.norm.scale": "vocab_layer_norm.weight",
        "masked_lm.decoder.bias": "vocab_projector.bias",
    },
}


def draw(model, generator):
    """Weights far from their initial ones, so that no part computes what it would without."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            scale = "norm" in name.lower() and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3 + (1 if scale else 0))


def inputs(generator):
    ids = torch.zeros(len(LENGTHS), POSITIONS, dtype=torch.int64)
    labels = torch.full_like(ids, NO_LABEL)
    for b, length in enumerate(LENGTHS):
        ids[b, :length] = torch.randint(1, VOCABULARY, (length,), generator=generator)
        labelled = torch.rand(length, generator=generator) < 0.4
        labels[b, :length][labelled] = torch.randint(1, VOCABULARY, (int(labelled.sum()),), generator=generator)
    return ids, labels


def main():
    for seed, (family, model) in enumerate({"bert": BERT, "distilbert": DISTILBERT}.items()):
        generator = torch.Generator().manual_seed(seed)
        draw(model, generator)
        model.eval().save_pretrained(HERE / family)
        ids, labels = inputs(generator)
        valid = torch.arange(POSITIONS) < torch.tensor(LENGTHS)[:, None]
        # In float64, so that all of a difference is ours.
        model.double()
        outputs = model(input_ids=ids, attention_mask=valid.long(), labels=labels, output_hidden_states=True)
        outputs.loss.backward()
        golden = {"ids": ids, "labels": labels, "lengths": torch.tensor(LENGTHS)}
        golden |= {f"hidden.{layer}": hidden for layer, hidden in enumerate(outputs.hidden_states)}
        golden |= {"logits": outputs.logits, "loss": outputs.loss}
        if family == "bert":
            golden["pooled"] = model.bert.pooler(outputs.hidden_states[-1])
        parameters = dict(model.named_parameters())
        for canonical, name in GRADIENTS[family].items():
            golden["gradient." + canonical] = parameters[name].grad
        golden = {name: tensor.detach().contiguous() for name, tensor in golden.items()}
        golden = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in golden.items()}
        safetensors.torch.save_file(golden, HERE / family / "golden.safetensors")
        for unneeded in ["generation_config.json"]:
            (HERE / family / unneeded).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
