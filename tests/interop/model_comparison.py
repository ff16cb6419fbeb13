"""Whether a model folder computes the same in retort and in transformers."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import safetensors
import safetensors.torch
import torch
import transformers

DUMP_MODEL = pathlib.Path(os.environ["RETORT_BINARIES"]) / "tests/interop/transformers/dump_model"
TOLERANCE = 1e-5


def loaded(folder, auto_class, **arguments):
    """The folder's model and what transformers says of missing, unexpected and mismatched tensors."""
    loaded_model, report = auto_class.from_pretrained(folder, output_loading_info=True, dtype=torch.float32, **arguments)
    return loaded_model.eval(), {kind: set(found) for kind, found in report.items() if found}


def language_model_class(folder):
    config = transformers.AutoConfig.from_pretrained(folder)
    return transformers.AutoModelForCausalLM if config.model_type == "gpt2" else transformers.AutoModelForMaskedLM


def encoder_has_no_pooler(folder):
    return transformers.AutoConfig.from_pretrained(folder).model_type in ("distilbert", "gpt2")


def dump_model(folder):
    result = subprocess.run([DUMP_MODEL, folder, folder / "outputs"], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(result.stderr)


class ModelComparison(unittest.TestCase):
    # Sums over many rows in float32 want more than this: wider for models of real size.
    gradient_tolerance = TOLERANCE

    def assert_close(self, got, want, what):
        """Within the tolerance, of the value or of 1, whichever is more."""
        self.assertEqual(got.shape, want.shape, what)
        difference = ((got - want).abs() / (1 + want.abs())).max().item()
        self.assertLess(difference, TOLERANCE, what)

    def assert_same_gradients(self, encoder, gradients):
        """Within the tolerance of each tensor's largest, or of a hundredth of the model's largest."""
        wanted = {name: parameter.grad for name, parameter in encoder.named_parameters() if parameter.grad is not None}
        if encoder.config.model_type == "bert" and not encoder.bert.embeddings.token_type_embeddings.weight.any():
            # It is written for transformers only, and is no parameter here.
            del wanted["bert.embeddings.token_type_embeddings.weight"]
        largest = max(want.abs().max().item() for want in wanted.values())
        for name, want in wanted.items():
            scale = max(want.abs().max().item(), 1e-2 * largest)
            difference = (gradients[name] - want).abs().max().item() / scale
            self.assertLess(difference, self.gradient_tolerance, f"gradient of {name}")
        for name in set(gradients) - set(wanted):
            # A second name of the decoder's bias, or what has no part in the loss.
            self.assertTrue(name.endswith(("predictions.bias", "lm_head.bias", "decoder.bias")) or not gradients[name].any(), name)

    def compare(self, encoder, outputs_folder):
        outputs = safetensors.torch.load_file(outputs_folder / "outputs.safetensors")
        valid = outputs["valid"]
        inputs = {"input_ids": outputs["ids"], "attention_mask": valid.long()}
        has_head = "logits" in outputs
        if has_head:
            inputs["labels"] = outputs["labels"]
            if encoder.config.model_type == "gpt2":
                inputs["labels"] = outputs["ids"].masked_fill(~valid, -100)
        got = encoder(**inputs, output_hidden_states=True)
        for layer, hidden in enumerate(got.hidden_states):
            self.assert_close(outputs[f"hidden.{layer}"][valid], hidden[valid], f"hidden states of layer {layer}")
        self.assertNotIn(f"hidden.{len(got.hidden_states)}", outputs)
        if not has_head:
            if "pooled" in outputs:
                self.assert_close(outputs["pooled"], got.pooler_output, "pooled")
            return
        self.assert_close(outputs["logits"][valid], got.logits[valid], "logits")
        self.assert_close(outputs["loss"], got.loss, "loss")
        # Two computations in float32 differ by the errors of both: transformers' gradients are those of float64.
        encoder.double()(**inputs).loss.backward()
        self.assert_same_gradients(encoder, safetensors.torch.load_file(outputs_folder / "gradients/model.safetensors"))

    def check_pooled(self, folder):
        encoder, complaints = loaded(folder, transformers.AutoModel)
        self.assertNotIn("missing_keys", complaints)
        outputs = safetensors.torch.load_file(folder / "outputs/outputs.safetensors")
        with torch.no_grad():
            got = encoder(input_ids=outputs["ids"], attention_mask=outputs["valid"].long())
        self.assert_close(outputs["pooled"], got.pooler_output, "pooled")

    def check_written(self, folder, class_name=None):
        """transformers loads the folder without complaints and computes the outputs beside it."""
        outputs_folder = folder / "outputs"
        with safetensors.safe_open(outputs_folder / "outputs.safetensors", "pt") as outputs:
            names = set(outputs.keys())
        if "logits" in names:
            encoder, complaints = loaded(folder, language_model_class(folder))
            if "pooled" in names:
                # BertForMaskedLM has no place for a pooler; BertModel takes it.
                unexpected = complaints.pop("unexpected_keys")
                self.assertEqual(unexpected, {"bert.pooler.dense.weight", "bert.pooler.dense.bias"})
                self.check_pooled(folder)
        else:
            pooler = {} if "pooled" in names or encoder_has_no_pooler(folder) else {"add_pooling_layer": False}
            encoder, complaints = loaded(folder, transformers.AutoModel, **pooler)
        self.assertEqual(complaints, {})
        if class_name:
            self.assertEqual(type(encoder).__name__, class_name)
        self.compare(encoder, outputs_folder)

    def check_folder(self, folder, class_name=None):
        """As check_written, of a folder that nothing is written into."""
        with tempfile.TemporaryDirectory() as scratch:
            link = pathlib.Path(scratch)
            for file in folder.iterdir():
                (link / file.name).symlink_to(file)
            dump_model(link)
            self.check_written(link, class_name)
