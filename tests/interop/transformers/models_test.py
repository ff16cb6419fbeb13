"""Models that this repository writes are loaded by transformers, and the other way round, and compute the same."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import safetensors.torch
import torch
import transformers

from model_comparison import ModelComparison, dump_model, loaded

BINARIES = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tests/interop/transformers"

CLASSES = {
    "bert": "BertForMaskedLM",
    "bert_untied": "BertForMaskedLM",
    "bert_without_token_types": "BertForMaskedLM",
    "bert_encoder": "BertModel",
    "bert_encoder_with_pooler": "BertModel",
    "bert_with_pooler": "BertForMaskedLM",
    "bert_pretraining": "BertForPreTraining",
    "distilbert": "DistilBertForMaskedLM",
    "distilbert_bf16": "DistilBertForMaskedLM",
    "distilbert_untied": "DistilBertForMaskedLM",
    "distilbert_encoder": "DistilBertModel",
    "roberta": "RobertaForMaskedLM",
    "roberta_gelu_new": "RobertaForMaskedLM",
    "roberta_untied": "RobertaForMaskedLM",
    "roberta_encoder": "RobertaModel",
    "gpt2": "GPT2LMHeadModel",
    "gpt2_untied": "GPT2LMHeadModel",
    "mobilebert": "MobileBertForMaskedLM",
    "mobilebert_teacher": "MobileBertForMaskedLM",
    "mobilebert_untied": "MobileBertForMaskedLM",
    "mobilebert_encoder": "MobileBertModel",
    "mobilebert_encoder_with_pooler": "MobileBertModel",
    "mobilebert_pretraining": "MobileBertForPreTraining",
}
for family, prefix in {"bert": "Bert", "distilbert": "DistilBert", "roberta": "Roberta", "gpt2": "GPT2",
                       "mobilebert": "MobileBert"}.items():
    CLASSES[f"{family}_classes"] = CLASSES[f"{family}_score"] = prefix + "ForSequenceClassification"
    CLASSES[f"{family}_spans"] = prefix + "ForQuestionAnswering"

SIZES = {"vocab_size": 90, "max_position_embeddings": 140}
BERT = {**SIZES, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 36}
MOBILEBERT = {**BERT, "embedding_size": 5, "intra_bottleneck_size": 12, "num_feedforward_networks": 3}
MOBILEBERT_TEACHER = {"normalization_type": "layer_norm", "hidden_act": "gelu"}
DISTILBERT = {**SIZES, "dim": 24, "n_layers": 2, "n_heads": 3, "hidden_dim": 36}
GPT2 = {
    "vocab_size": 90, "n_positions": 140, "n_embd": 24, "n_layer": 2, "n_head": 3, "bos_token_id": 0, "eos_token_id": 0,
}


def gamma_and_beta(tensors):
    """LayerNorm's names in checkpoints that were converted from TensorFlow."""
    return {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in tensors.items()
    }


def without_prefix(tensors):
    return {name.removeprefix("bert.").removeprefix("transformer."): tensor for name, tensor in tensors.items()}


def with_position_ids(tensors):
    """What old versions of transformers wrote beside the parameters."""
    return {**tensors, "bert.embeddings.position_ids": torch.arange(140).unsqueeze(0)}


def model(class_name, options=None, rename=None, dtype=torch.float32, **arguments):
    family = next(name for name in ("DistilBert", "MobileBert", "Bert", "Roberta", "GPT2") if class_name.startswith(name))
    sizes = {"DistilBert": DISTILBERT, "GPT2": GPT2, "MobileBert": MOBILEBERT}.get(family, BERT)
    config = getattr(transformers, family + "Config")(**{**sizes, **(options or {})})
    return getattr(transformers, class_name), config, rename, dtype, arguments


# What transformers writes: its class and options, and what is done to the names of the tensors.
WRITTEN_BY_TRANSFORMERS = {
    "bert": model("BertForMaskedLM"),
    "bert_relu": model("BertForMaskedLM", {"hidden_act": "relu"}),
    "bert_gelu_new": model("BertForMaskedLM", {"hidden_act": "gelu_new"}),
    "bert_untied": model("BertForMaskedLM", {"tie_word_embeddings": False}),
    "bert_one_token_type": model("BertForMaskedLM", {"type_vocab_size": 1}),
    "bert_epsilon": model("BertForMaskedLM", {"layer_norm_eps": 1e-3}),
    "bert_heads_of_64": model("BertForMaskedLM", {"hidden_size": 128, "num_attention_heads": 2}),
    "bert_one_head": model("BertForMaskedLM", {"num_attention_heads": 1}),
    "bert_float16": model("BertForMaskedLM", dtype=torch.float16),
    "bert_bfloat16": model("BertForMaskedLM", dtype=torch.bfloat16),
    "bert_gamma_and_beta": model("BertForMaskedLM", rename=gamma_and_beta),
    "bert_position_ids": model("BertForMaskedLM", rename=with_position_ids),
    "bert_encoder": model("BertModel"),
    "bert_encoder_without_pooler": model("BertModel", add_pooling_layer=False),
    "bert_encoder_gamma_and_beta": model("BertModel", rename=gamma_and_beta),
    "bert_for_pre_training": model("BertForPreTraining"),
    "bert_for_next_sentence": model("BertForNextSentencePrediction"),
    "bert_tokens": model("BertForTokenClassification"),
    "distilbert": model("DistilBertForMaskedLM"),
    "distilbert_sinusoidal": model("DistilBertForMaskedLM", {"sinusoidal_pos_embds": True}),
    "distilbert_relu": model("DistilBertForMaskedLM", {"activation": "relu"}),
    "distilbert_untied": model("DistilBertForMaskedLM", {"tie_word_embeddings": False}),
    "distilbert_encoder": model("DistilBertModel"),
    "roberta": model("RobertaForMaskedLM"),
    "roberta_as_published": model("RobertaForMaskedLM", {"type_vocab_size": 1, "layer_norm_eps": 1e-5}),
    "roberta_pad_3": model("RobertaForMaskedLM", {"pad_token_id": 3}),
    "roberta_gelu_new": model("RobertaForMaskedLM", {"hidden_act": "gelu_new"}),
    "roberta_untied": model("RobertaForMaskedLM", {"tie_word_embeddings": False}),
    "roberta_encoder": model("RobertaModel"),
    "roberta_encoder_without_pooler": model("RobertaModel", add_pooling_layer=False),
    "gpt2": model("GPT2LMHeadModel"),
    # Ends texts with an id that a small vocabulary does not have.
    "gpt2_default_ids": model("GPT2LMHeadModel", {"bos_token_id": 50256, "eos_token_id": 50256}),
    "gpt2_inner": model("GPT2LMHeadModel", {"n_inner": 40}),
    "gpt2_relu": model("GPT2LMHeadModel", {"activation_function": "relu"}),
    "gpt2_gelu": model("GPT2LMHeadModel", {"activation_function": "gelu"}),
    "gpt2_epsilon": model("GPT2LMHeadModel", {"layer_norm_epsilon": 1e-3}),
    "gpt2_untied": model("GPT2LMHeadModel", {"tie_word_embeddings": False}),
    "bert_classes": model("BertForSequenceClassification", {"num_labels": 3, "classifier_dropout": 0.3}),
    "bert_score": model("BertForSequenceClassification", {"num_labels": 1, "problem_type": "regression"}),
    "bert_spans": model("BertForQuestionAnswering"),
    "distilbert_classes": model("DistilBertForSequenceClassification", {"id2label": {0: "no", 1: "maybe", 2: "yes"}}),
    "distilbert_score": model("DistilBertForSequenceClassification", {"num_labels": 1}),
    "distilbert_spans": model("DistilBertForQuestionAnswering"),
    "roberta_classes": model("RobertaForSequenceClassification"),
    "roberta_score": model("RobertaForSequenceClassification", {"num_labels": 1}),
    "roberta_spans": model("RobertaForQuestionAnswering"),
    "gpt2_classes": model("GPT2ForSequenceClassification", {"num_labels": 3, "pad_token_id": 0}),
    "gpt2_score": model("GPT2ForSequenceClassification", {"num_labels": 1, "pad_token_id": 0}),
    "gpt2_spans": model("GPT2ForQuestionAnswering"),
    "gpt2_encoder": model("GPT2Model"),
    "gpt2_bare_names": model("GPT2LMHeadModel", rename=without_prefix),
    "mobilebert": model("MobileBertForMaskedLM"),
    "mobilebert_teacher": model("MobileBertForMaskedLM", MOBILEBERT_TEACHER),
    "mobilebert_attention_inside": model(
        "MobileBertForMaskedLM", {"use_bottleneck_attention": True, "key_query_shared_bottleneck": False}),
    "mobilebert_one_network": model("MobileBertForMaskedLM", {"num_feedforward_networks": 1}),
    "mobilebert_without_trigrams": model("MobileBertForMaskedLM", {"trigram_input": False}),
    "mobilebert_untied": model("MobileBertForMaskedLM", {"tie_word_embeddings": False}),
    "mobilebert_encoder": model("MobileBertModel"),
    "mobilebert_encoder_without_pooler": model("MobileBertModel", add_pooling_layer=False),
    "mobilebert_for_pre_training": model("MobileBertForPreTraining"),
    "mobilebert_for_next_sentence": model("MobileBertForNextSentencePrediction"),
    "mobilebert_classes": model("MobileBertForSequenceClassification", {"num_labels": 3, "classifier_dropout": 0.3}),
    "mobilebert_classes_without_pooler": model(
        "MobileBertForSequenceClassification", {"num_labels": 3, "classifier_activation": False}),
    "mobilebert_score": model("MobileBertForSequenceClassification", {"num_labels": 1}),
    "mobilebert_spans": model("MobileBertForQuestionAnswering"),
}


class WrittenHere(ModelComparison):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        subprocess.run([BINARIES / "write_models", cls.scratch.name], check=True)

    def test_all_are_checked(self):
        self.assertEqual({folder.name for folder in pathlib.Path(self.scratch.name).iterdir()}, set(CLASSES))

    def test_vocabulary(self):
        word_pieces = "the Retort boils.", ["the", "Re", "##tort", "boils", "."]
        byte_pieces = "ab ab", ["ab", "\u0120ab"]
        for family, (text, pieces) in {"bert": word_pieces, "distilbert": word_pieces, "roberta": byte_pieces,
                                       "gpt2": byte_pieces}.items():
            tokenizer = transformers.AutoTokenizer.from_pretrained(pathlib.Path(self.scratch.name) / family)
            self.assertEqual(tokenizer.tokenize(text), pieces)


class WrittenByTransformers(ModelComparison):
    def check(self, made_by, config, rename, dtype, arguments):
        torch.manual_seed(1)
        written = made_by(config, **arguments)
        with torch.no_grad():
            for parameter in written.parameters():
                parameter.add_(torch.randn_like(parameter) * (1 / config.hidden_size**0.5))
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            written.to(dtype).save_pretrained(folder)
            if rename:
                path = folder / "model.safetensors"
                safetensors.torch.save_file(rename(safetensors.torch.load_file(path)), path, {"format": "pt"})
            dump_model(folder)
            if made_by in (transformers.BertForPreTraining, transformers.MobileBertForPreTraining):
                self.check_pooled(folder)
            if made_by is transformers.BertForTokenClassification:
                # A head that is not known is left aside.
                written, _ = loaded(folder, transformers.BertModel, add_pooling_layer=False)
            self.compare(written.to(torch.float32).eval(), folder / "outputs")


def add_tests():
    for name, class_name in CLASSES.items():
        setattr(WrittenHere, f"test_{name}",
                lambda self, name=name, class_name=class_name:
                self.check_written(pathlib.Path(self.scratch.name) / name, class_name))
    for name, specification in WRITTEN_BY_TRANSFORMERS.items():
        setattr(WrittenByTransformers, f"test_{name}",
                lambda self, specification=specification: self.check(*specification))


add_tests()


def load_tests(loader, tests, pattern):
    suite = unittest.TestSuite()
    for case in (WrittenHere, WrittenByTransformers):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite
