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
CANCELLED = 1e-12  # Of the model's largest gradient: what float64 leaves of terms that cancel.


def loaded(folder, auto_class, **arguments):
    """The folder's model and what transformers says of missing, unexpected and mismatched tensors."""
    loaded_model, report = auto_class.from_pretrained(folder, output_loading_info=True, dtype=torch.float32, **arguments)
    return loaded_model.eval(), {kind: set(found) for kind, found in report.items() if found}


def head_of(model):
    """The kind of the head that a model of transformers has, empty for none."""
    name = type(model).__name__
    if name.endswith("BertForPreTraining"):
        return "pretraining"
    if name.endswith("BertForNextSentencePrediction"):
        return "classes"
    if name.endswith("ForSequenceClassification"):
        return "score" if model.config.num_labels == 1 else "classes"
    if name.endswith("ForQuestionAnswering"):
        return "spans"
    return "vocabulary" if name.endswith(("ForMaskedLM", "LMHeadModel")) else ""


def class_with_head(folder, head):
    """The class to load a folder with that stores such a head."""
    config = transformers.AutoConfig.from_pretrained(folder)
    if config.architectures in (["BertForPreTraining"], ["MobileBertForPreTraining"]):
        return transformers.AutoModelForPreTraining
    if head in ("classes", "score"):
        return transformers.AutoModelForSequenceClassification
    if head == "spans":
        return transformers.AutoModelForQuestionAnswering
    return transformers.AutoModelForCausalLM if config.model_type == "gpt2" else transformers.AutoModelForMaskedLM


def encoder_has_no_pooler(folder):
    return transformers.AutoConfig.from_pretrained(folder).model_type in ("distilbert", "gpt2")


def dump_model(folder):
    result = subprocess.run([DUMP_MODEL, folder, folder / "outputs"], capture_output=True, text=True)
    if result.returncode:
        raise AssertionError(result.stderr)


def inputs_for(encoder, outputs):
    """What transformers is given.

    MobileBERT's trigrams read the embedding of padding behind a sequence, as far as a batch is padded; here they read
    0, as transformers does where it isn't.
    """
    mask = outputs["valid"].long()
    if not getattr(encoder.config, "trigram_input", False):
        return {"input_ids": outputs["ids"], "attention_mask": mask}
    words = encoder.get_input_embeddings()(outputs["ids"]) * mask.unsqueeze(-1)
    return {"inputs_embeds": words, "attention_mask": mask}


class ModelComparison(unittest.TestCase):
    # Sums over many rows in float32 want more than this: wider for models of real size.
    gradient_tolerance = TOLERANCE

    def assert_close(self, got, want, what):
        """Within the tolerance, of the value or of 1, whichever is more."""
        self.assertEqual(got.shape, want.shape, what)
        difference = ((got - want).abs() / (1 + want.abs())).max().item()
        self.assertLess(difference, TOLERANCE, what)

    def assert_same_gradients(self, encoder, gradients):
        """Within the tolerance of each tensor's largest, or of a hundredth of the model's largest.

        A gradient that is 0 because its terms cancel, such as that of a constant added to all logits of a softmax, is
        what rounding leaves of terms as large as the model's: within the tolerance of those.
        """
        wanted = {name: parameter.grad for name, parameter in encoder.named_parameters() if parameter.grad is not None}
        if encoder.config.model_type == "bert" and not encoder.bert.embeddings.token_type_embeddings.weight.any():
            # It is written for transformers only, and is no parameter here.
            del wanted["bert.embeddings.token_type_embeddings.weight"]
        largest = max(want.abs().max().item() for want in wanted.values())
        for name, want in wanted.items():
            own = want.abs().max().item()
            scale = largest if own < CANCELLED * largest else max(own, 1e-2 * largest)
            difference = (gradients[name] - want).abs().max().item() / scale
            self.assertLess(difference, self.gradient_tolerance, f"gradient of {name}")
        for name in set(gradients) - set(wanted):
            # A second name of the decoder's bias, or what has no part in the loss.
            self.assertTrue(name.endswith(("predictions.bias", "lm_head.bias", "decoder.bias")) or not gradients[name].any(), name)

    def logits_and_loss(self, encoder, outputs, head):
        """What transformers computes; of spans, the loss over real positions, which it leaves to the caller."""
        valid, labels = outputs["valid"], outputs[f"labels.{head}"]
        inputs = inputs_for(encoder, outputs)
        if head == "spans":
            got = encoder(**inputs)
            logits = torch.stack([got.start_logits, got.end_logits], dim=-1)
            real = logits.masked_fill(~valid.unsqueeze(-1), -10000)
            return logits, torch.nn.functional.cross_entropy(real, labels)
        if head == "vocabulary" and encoder.config.model_type == "gpt2":
            labels = outputs["ids"].masked_fill(~valid, -100)
        if head == "score":
            labels = labels.to(encoder.dtype)
        got = encoder(**inputs, labels=labels)
        return got.logits, got.loss

    def compare(self, encoder, outputs_folder):
        outputs = safetensors.torch.load_file(outputs_folder / "outputs.safetensors")
        valid = outputs["valid"]
        got = encoder(**inputs_for(encoder, outputs), output_hidden_states=True)
        for layer, hidden in enumerate(got.hidden_states):
            self.assert_close(outputs[f"hidden.{layer}"][valid], hidden[valid], f"hidden states of layer {layer}")
        self.assertNotIn(f"hidden.{len(got.hidden_states)}", outputs)
        head = head_of(encoder)
        if not head:
            if "pooled" in outputs:
                self.assert_close(outputs["pooled"], got.pooler_output, "pooled")
            return
        if head == "pretraining":
            self.compare_pretraining(encoder, outputs, outputs_folder)
            return
        logits, loss = self.logits_and_loss(encoder, outputs, head)
        rows = valid if head in ("vocabulary", "spans") else slice(None)
        self.assert_close(outputs[f"logits.{head}"][rows], logits[rows], "logits")
        self.assert_close(outputs[f"loss.{head}"], loss, "loss")
        # Two computations in float32 differ by the errors of both: transformers' gradients are those of float64.
        self.logits_and_loss(encoder.double(), outputs, head)[1].backward()
        self.assert_same_gradients(
            encoder, safetensors.torch.load_file(outputs_folder / f"gradients/{head}/model.safetensors"))

    def compare_pretraining(self, encoder, outputs, outputs_folder):
        """Both heads of BertForPreTraining or MobileBertForPreTraining: logits, and the gradients of either loss."""
        valid = outputs["valid"]
        got = encoder(**inputs_for(encoder, outputs))
        self.assert_close(outputs["logits.vocabulary"][valid], got.prediction_logits[valid], "logits of pieces")
        self.assert_close(outputs["logits.classes"], got.seq_relationship_logits, "logits of next sentences")
        encoder = encoder.double()
        for head in ("vocabulary", "classes"):
            encoder.zero_grad()
            got = encoder(**inputs_for(encoder, outputs))
            logits = got.prediction_logits.flatten(0, 1) if head == "vocabulary" else got.seq_relationship_logits
            loss = torch.nn.functional.cross_entropy(logits, outputs[f"labels.{head}"].flatten())
            self.assert_close(outputs[f"loss.{head}"], loss.float(), f"loss of {head}")
            loss.backward()
            self.assert_same_gradients(
                encoder, safetensors.torch.load_file(outputs_folder / f"gradients/{head}/model.safetensors"))

    def check_pooled(self, folder):
        encoder, complaints = loaded(folder, transformers.AutoModel)
        self.assertNotIn("missing_keys", complaints)
        outputs = safetensors.torch.load_file(folder / "outputs/outputs.safetensors")
        with torch.no_grad():
            got = encoder(**inputs_for(encoder, outputs))
        self.assert_close(outputs["pooled"], got.pooler_output, "pooled")

    def check_written(self, folder, class_name=None):
        """transformers loads the folder without complaints and computes the outputs beside it."""
        outputs_folder = folder / "outputs"
        with safetensors.safe_open(outputs_folder / "outputs.safetensors", "pt") as outputs:
            names = set(outputs.keys())
        head = next((name.removeprefix("logits.") for name in names if name.startswith("logits.")), "")
        if head:
            encoder, complaints = loaded(folder, class_with_head(folder, head))
            if "pooled" in names and names.isdisjoint({"logits.classes", "logits.score"}) and head == "vocabulary":
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
