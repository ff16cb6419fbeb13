#!/usr/bin/env python3
"""Writes this folder's goldens with Hugging Face's transformers: tiny random models and what they compute.

From the repository's root, in an environment with `pip install torch==2.11.0 transformers==5.23.0`:
    python3 tests/golden/encoder/make_goldens.py [family ...]
"""

import pathlib
import sys

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
# With an activation and a decoder that are not BERT's usual ones.
BERT_UNTIED = transformers.BertForMaskedLM(
    transformers.BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=20,
        hidden_act="relu",
        tie_word_embeddings=False,
        attn_implementation="eager",
    )
)
ROBERTA = transformers.RobertaForMaskedLM(
    transformers.RobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=24,
        max_position_embeddings=20,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        hidden_act="gelu_new",
        attn_implementation="eager",
    )
)
GPT2 = transformers.GPT2LMHeadModel(
    transformers.GPT2Config(
        vocab_size=VOCABULARY,
        n_embd=16,
        n_layer=3,
        n_head=2,
        n_positions=20,
        bos_token_id=0,
        eos_token_id=0,
        attn_implementation="eager",
    )
)
MOBILEBERT_SIZES = {
    "vocab_size": 16, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 6,
    "max_position_embeddings": 12, "embedding_size": 3, "intra_bottleneck_size": 4, "attn_implementation": "eager",
}
MOBILEBERT = transformers.MobileBertForMaskedLM(
    transformers.MobileBertConfig(**MOBILEBERT_SIZES, num_feedforward_networks=2))
# As the paper's teacher has it, LayerNorm and GELU; and with attention that reads the bottleneck alone.
MOBILEBERT_TEACHER = transformers.MobileBertForMaskedLM(
    transformers.MobileBertConfig(
        **MOBILEBERT_SIZES,
        num_feedforward_networks=1,
        use_bottleneck_attention=True,
        key_query_shared_bottleneck=False,
        normalization_type="layer_norm",
        layer_norm_eps=1e-3,
        hidden_act="gelu",
    )
)
MODELS = {
    "bert": BERT, "distilbert": DISTILBERT, "bert_untied": BERT_UNTIED, "roberta": ROBERTA, "gpt2": GPT2,
    "mobilebert": MOBILEBERT, "mobilebert_teacher": MOBILEBERT_TEACHER,
}
MOBILEBERT_GRADIENTS = {
    "embeddings.word": "mobilebert.embeddings.word_embeddings.weight",
    "embeddings.projection.weight": "mobilebert.embeddings.embedding_transformation.weight",
    "embeddings.norm.scale": "mobilebert.embeddings.LayerNorm.weight",
    "layer.1.bottleneck.input.weight": "mobilebert.encoder.layer.0.bottleneck.input.dense.weight",
    "layer.1.bottleneck.output.norm.scale": "mobilebert.encoder.layer.0.output.bottleneck.LayerNorm.weight",
    "layer.1.attention.value.weight": "mobilebert.encoder.layer.0.attention.self.value.weight",
    "layer.1.feed_forward.down.bias": "mobilebert.encoder.layer.0.output.dense.bias",
    "head.vocabulary.norm.shift": "cls.predictions.transform.LayerNorm.bias",
}
GRADIENTS = {
    "mobilebert": {
        **MOBILEBERT_GRADIENTS,
        "layer.1.bottleneck.attention.weight": "mobilebert.encoder.layer.0.bottleneck.attention.dense.weight",
        "layer.1.bottleneck.attention.norm.shift": "mobilebert.encoder.layer.0.bottleneck.attention.LayerNorm.bias",
        "layer.1.feed_forward.1.up.weight": "mobilebert.encoder.layer.0.ffn.0.intermediate.dense.weight",
        "layer.1.feed_forward.1.norm.scale": "mobilebert.encoder.layer.0.ffn.0.output.LayerNorm.weight",
    },
    "mobilebert_teacher": MOBILEBERT_GRADIENTS,
    "bert": {
        "embeddings.word": "bert.embeddings.word_embeddings.weight",
        "embeddings.position": "bert.embeddings.position_embeddings.weight",
        "embeddings.token_type": "bert.embeddings.token_type_embeddings.weight",
        "embeddings.norm.scale": "bert.embeddings.LayerNorm.weight",
        "layer.1.attention.query.weight": "bert.encoder.layer.0.attention.self.query.weight",
        "layer.2.attention.value.bias": "bert.encoder.layer.1.attention.self.value.bias",
        "layer.3.feed_forward.up.weight": "bert.encoder.layer.2.intermediate.dense.weight",
        "layer.3.attention.norm.shift": "bert.encoder.layer.2.attention.output.LayerNorm.bias",
        "head.vocabulary.transform.weight": "cls.predictions.transform.dense.weight",
        "head.vocabulary.decoder.bias": "cls.predictions.bias",
    },
    "distilbert": {
        "embeddings.word": "distilbert.embeddings.word_embeddings.weight",
        "embeddings.position": "distilbert.embeddings.position_embeddings.weight",
        "layer.1.attention.key.weight": "distilbert.transformer.layer.0.attention.k_lin.weight",
        "layer.2.feed_forward.down.weight": "distilbert.transformer.layer.1.ffn.lin2.weight",
        "layer.2.attention.norm.scale": "distilbert.transformer.layer.1.sa_layer_norm.weight",
        "head.vocabulary.norm.scale": "vocab_layer_norm.weight",
        "head.vocabulary.decoder.bias": "vocab_projector.bias",
    },
    "bert_untied": {
        "embeddings.word": "bert.embeddings.word_embeddings.weight",
        "embeddings.position": "bert.embeddings.position_embeddings.weight",
        "layer.1.attention.query.weight": "bert.encoder.layer.0.attention.self.query.weight",
        "layer.1.feed_forward.up.weight": "bert.encoder.layer.0.intermediate.dense.weight",
        "head.vocabulary.transform.bias": "cls.predictions.transform.dense.bias",
        "head.vocabulary.decoder.weight": "cls.predictions.decoder.weight",
        "head.vocabulary.decoder.bias": "cls.predictions.decoder.bias",
    },
    "roberta": {
        "embeddings.word": "roberta.embeddings.word_embeddings.weight",
        "embeddings.position": "roberta.embeddings.position_embeddings.weight",
        "embeddings.token_type": "roberta.embeddings.token_type_embeddings.weight",
        "layer.1.attention.key.weight": "roberta.encoder.layer.0.attention.self.key.weight",
        "layer.2.feed_forward.down.weight": "roberta.encoder.layer.1.output.dense.weight",
        "head.vocabulary.transform.weight": "lm_head.dense.weight",
        "head.vocabulary.norm.scale": "lm_head.layer_norm.weight",
        "head.vocabulary.decoder.bias": "lm_head.bias",
    },
    "gpt2": {
        "embeddings.word": "transformer.wte.weight",
        "embeddings.position": "transformer.wpe.weight",
        "layer.1.attention.norm.scale": "transformer.h.0.ln_1.weight",
        "layer.2.attention.output.bias": "transformer.h.1.attn.c_proj.bias",
        "layer.3.feed_forward.norm.shift": "transformer.h.2.ln_2.bias",
        "layer.3.feed_forward.up.bias": "transformer.h.2.mlp.c_fc.bias",
        "final.norm.scale": "transformer.ln_f.weight",
        "final.norm.shift": "transformer.ln_f.bias",
    },
}


def draw(model, generator):
    """Weights far from their initial ones, so that no part computes what it would without."""
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            scale = any(part in name.lower() for part in ("norm", "ln_")) and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3 + (1 if scale else 0))
        if model.config.model_type == "mobilebert":
            # Trigrams read the embedding of padding behind a sequence, but not here.
            model.get_input_embeddings().weight[0] = 0


def inputs(first_id, vocabulary, generator):
    ids = torch.zeros(len(LENGTHS), POSITIONS, dtype=torch.int64)
    labels = torch.full_like(ids, NO_LABEL)
    for b, length in enumerate(LENGTHS):
        ids[b, :length] = torch.randint(first_id, vocabulary, (length,), generator=generator)
        labelled = torch.rand(length, generator=generator) < 0.4
        labels[b, :length][labelled] = torch.randint(1, vocabulary, (int(labelled.sum()),), generator=generator)
    return ids, labels


def shifted(labels):
    """The labels as a causal model of transformers wants them: it moves them by one position itself."""
    labels[:, -1] = NO_LABEL
    return torch.cat([torch.full_like(labels[:, :1], NO_LABEL), labels[:, :-1]], 1)


def main():
    for seed, (family, model) in enumerate(MODELS.items()):
        if sys.argv[1:] and family not in sys.argv[1:]:
            continue
        generator = torch.Generator().manual_seed(seed)
        draw(model, generator)
        model.eval().save_pretrained(HERE / family)
        # RoBERTa counts positions over ids that are not 1, its padding.
        ids, labels = inputs(2 if family == "roberta" else 1, model.config.vocab_size, generator)
        valid = torch.arange(POSITIONS) < torch.tensor(LENGTHS)[:, None]
        # In float64, so that all of a difference is ours.
        model.double()
        wanted = shifted(labels) if family == "gpt2" else labels
        outputs = model(input_ids=ids, attention_mask=valid.long(), labels=wanted, output_hidden_states=True)
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
