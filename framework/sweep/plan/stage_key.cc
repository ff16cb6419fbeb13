#include "framework/sweep/plan/stage_key.h"

#include "absl/strings/str_join.h"
#include "framework/config/plugin_config.h"
#include "framework/config/reflection.h"
#include "framework/sweep/key/key.h"
#include "framework/sweep/key/source_digest.h"

namespace retort {
namespace {

const char* DeviceName(c10::Device device) { return device.is_cuda() ? "cuda" : "cpu"; }

// What the stage's own text decides, without what is only a name or a place.
std::string CanonicalBytes(Stage stage) {
  stage.clear_name();
  stage.clear_from();
  stage.clear_teacher();
  stage.clear_augmented();
  stage.clear_checkpoint_steps();
  stage.clear_budget();
  stage.clear_precision();
  stage.clear_task();
  stage.clear_seed();
  ClearPaths(PluginKind::kData, PluginCatalogue::Global(), stage.mutable_data()->mutable_plugin());
  return DeterministicBytes(stage);
}

// The model that the student is, or is copied from.
std::string InitTeacher(const PlannedStage& planned, const KeySources& sources) {
  if (planned.init_teacher >= 0 && !planned.from_teacher) return sources.stages[planned.init_teacher].key;
  return sources.teacher == nullptr ? "none" : sources.teacher->content_hash;
}

void AddStudent(const PlannedStage& planned, const KeySources& sources, KeyBuilder* key) {
  key->Add("architecture", EncoderConfigText(planned.config));
  if (planned.student >= 0) {
    key->Add("student", sources.stages[planned.student].key);
    return;
  }
  key->Add("init seed", planned.seed);
  key->Add("init teacher", InitTeacher(planned, sources));
  if (planned.from_teacher) return;
  Init init = planned.init;
  init.clear_teacher();
  key->Add("init", DeterministicBytes(init));
  key->Add("init files", planned.init_files);
  key->Add("init plugins", PluginDigests(planned.init));
}

void AddEvaluation(const PlannedEvaluation& evaluation, KeyBuilder* key) {
  key->Add("evaluation plugins", PluginDigests(evaluation.choice));
  key->Add("held-out examples", evaluation.examples->Key());
  key->Add("measured on", evaluation.examples->MeasuredOn());
}

// What the results of a cohort depend on and its members have in common.
std::string SharedKey(const PlannedStage& planned) {
  Stage common;
  *common.mutable_batch() = planned.stage.batch();
  *common.mutable_data() = planned.stage.data();
  *common.mutable_evaluate() = planned.stage.evaluate();
  common.set_row_chunk(planned.stage.row_chunk());
  KeyBuilder key;
  key.Add("train data", planned.training().source->content_hash());
  key.Add("stage", CanonicalBytes(common));
  key.Add("vocabulary", planned.vocabulary->tokenizer->Fingerprint());
  key.Add("precision", c10::toString(planned.precision));
  key.Add("steps", planned.training().total_steps);
  key.Add("data seed", planned.data_seed);
  return key.Key();
}

void AddTraining(const PlannedStage& planned, const KeySources& sources, KeyBuilder* key) {
  key->Add("kind", "training");
  key->Add("shared", SharedKey(planned));
  key->Add("stage", CanonicalBytes(planned.stage));
  key->Add("plugins", PluginDigests(planned.stage));
  key->Add("seed", planned.seed);
  if (planned.training().evaluation) AddEvaluation(*planned.training().evaluation, key);
  if (!planned.reads_teacher) return;
  key->Add("teacher", TeacherIdentity(planned, sources));
  key->Add("teacher dropout", planned.teacher_dropout);
}

void AddScoring(const PlannedStage& planned, const KeySources& sources, KeyBuilder* key) {
  const PlannedEvaluation& evaluation = planned.evaluation().evaluation;
  const bool beside_teacher = planned.reads_teacher && evaluation.evaluator->reads_teacher();
  key->Add("kind", "evaluation");
  key->Add("teacher", beside_teacher ? TeacherIdentity(planned, sources) : "none");
  AddEvaluation(evaluation, key);
}

// No student, seed or precision of the sweep takes part in it.
void AddAugmentation(const PlannedStage& planned, KeyBuilder* key) {
  const AugmentationWork& work = planned.augmentation();
  Augmentation augmentation = planned.stage.augmentation();
  augmentation.clear_model();
  augmentation.clear_word_vectors();
  key->Add("kind", "augmentation");
  key->Add("augmentation", DeterministicBytes(augmentation));
  key->Add("examples", work.examples_hash);
  key->Add("model", work.model_hash);
  key->Add("word vectors", work.vectors_hash);
}

}  // namespace

std::string StageKey(const PlannedStage& planned, const KeySources& sources) {
  KeyBuilder key;
  key.Add("code", kSourceDigest);
  key.Add("device", DeviceName(sources.device));
  key.Add("vocabulary", planned.vocabulary->tokenizer->Fingerprint());
  if (planned.augments()) {
    AddAugmentation(planned, &key);
    return key.Key();
  }
  AddStudent(planned, sources, &key);
  if (planned.trains()) {
    AddTraining(planned, sources, &key);
  } else {
    AddScoring(planned, sources, &key);
  }
  return key.Key();
}

std::string CohortKey(const PlannedStage& planned) {
  KeyBuilder key;
  key.Add("shared", SharedKey(planned));
  key.Add("checkpoint steps", planned.stage.checkpoint_steps());
  return key.Key();
}

std::string TeacherIdentity(const PlannedStage& planned, const KeySources& sources) {
  if (planned.teacher >= 0) return sources.stages[planned.teacher].key;
  return planned.checkpoint.empty() ? "none" : HashText(sources.teacher->content_hash);
}

std::string TeacherOutputsKey(const PlannedStage& planned, const KeySources& sources) {
  Stage data;
  *data.mutable_batch() = planned.stage.batch();
  *data.mutable_data() = planned.stage.data();
  KeyBuilder key;
  key.Add("code", kSourceDigest);
  key.Add("device", DeviceName(sources.device));
  key.Add("train data", planned.training().source->content_hash());
  key.Add("stage", CanonicalBytes(data));
  key.Add("plugins", PluginDigests(data));
  key.Add("vocabulary", planned.vocabulary->tokenizer->Fingerprint());
  key.Add("data seed", planned.data_seed);
  key.Add("precision", c10::toString(planned.precision));
  key.Add("teacher", TeacherIdentity(planned, sources));
  key.Add("classes", absl::StrJoin(planned.classes, "\n"));
  if (planned.teacher_dropout) key.Add("teacher dropout", planned.seed);
  return key.Key();
}

std::string TeacherScoresKey(const PlannedStage& planned, const KeySources& sources) {
  KeyBuilder key;
  key.Add("code", kSourceDigest);
  key.Add("device", DeviceName(sources.device));
  key.Add("teacher", TeacherIdentity(planned, sources));
  AddEvaluation(planned.evaluation().evaluation, &key);
  return key.Key();
}

}  // namespace retort
