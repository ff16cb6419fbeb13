// Contracts that every linked plugin keeps, tried on each by its example.textproto. A plugin that is added to
// plugins.bzl is tested here unasked. Linked beside the plugins to try.

#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/config/plugin_config.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/text/parse.h"
#include "framework/data/training_data.h"
#include "framework/eval/evaluator.h"
#include "framework/init/initializer.h"
#include "framework/loss/loss_term.h"
#include "framework/mapping/layer_mapping.h"
#include "framework/model/config/head_spec.h"
#include "framework/model/encoder.h"
#include "framework/model/files/hugging_face.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/testing/data_conformance.h"
#include "framework/testing/evaluation_conformance.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/init_conformance.h"
#include "framework/testing/loss_conformance.h"
#include "framework/testing/mapping_conformance.h"
#include "framework/testing/matchers.h"
#include "framework/text/files/load_tokenizer.h"
#include "glog/logging.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using testing::ConformanceStudent;
using testing::ConformanceTeacher;
using testing::IsOk;

std::vector<std::string> Names(PluginKind kind) {
  std::vector<std::string> names;
  for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) names.push_back(entry.name);
  return names;
}

// The example of a plugin, as the message of its kind.
template <typename Message>
Message Example(PluginKind kind, const std::string& name) {
  Message message;
  const std::string path = absl::StrCat("plugins/", std::string(PluginKindName(kind)), "/", name, "/example.textproto");
  EXPECT_THAT(LoadText(path, PluginCatalogue::Global(), &message), IsOk());
  return message;
}

// The plugin's configuration with nothing set.
google::protobuf::Any EmptyConfig(PluginKind kind, const std::string& name) {
  google::protobuf::Any any;
  for (const PluginEntry& entry : PluginCatalogue::Global().Entries(kind)) {
    if (entry.name == name) any.set_type_url("type.googleapis.com/" + entry.config->full_name());
  }
  return any;
}

// An empty configuration builds, or its error names the configuration and a field.
void ExpectBuildsOrNamesAField(const absl::Status& status) {
  if (status.ok()) return;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "Config")) << status;
}

// Student and teacher that a loss is tried with: a pair that reads both ways, or a causal one, or one with heads of
// classes, if it takes no other.
LossContext ContextFor(const google::protobuf::Any& config) {
  static const auto* const causal = [] {
    auto* pair = new std::pair<EncoderConfig, EncoderConfig>(ConformanceStudent(), ConformanceTeacher());
    testing::MakeCausal(&pair->first);
    testing::MakeCausal(&pair->second);
    return pair;
  }();
  static const auto* const classifying = [] {
    auto* pair = new std::pair<EncoderConfig, EncoderConfig>(ConformanceStudent(), ConformanceTeacher());
    for (EncoderConfig* config : {&pair->first, &pair->second}) {
      config->heads.push_back(PlainHead(HeadKind::kClasses, Pooling::kFirst));
    }
    return pair;
  }();
  const LossContext both_ways{ConformanceStudent(), &ConformanceTeacher()};
  const absl::Status status = LossTermRegistry::Global().Create(config, both_ways).status();
  if (absl::StrContains(status.message(), "want a causal student")) return {causal->first, &causal->second};
  if (absl::StrContains(status.message(), "want a student with a head"))
    return {classifying->first, &classifying->second};
  return both_ways;
}

LossContext WithoutTeacher(const LossContext& context) { return {context.student}; }

class LossConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(LossConformance, EmptyConfigurationBuildsOrNamesAField) {
  const google::protobuf::Any config = EmptyConfig(PluginKind::kLoss, GetParam());
  ExpectBuildsOrNamesAField(LossTermRegistry::Global().Create(config, ContextFor(config)).status());
}

TEST_P(LossConformance, WithoutATeacherItSaysSoOrNeedsNone) {
  const Loss example = Example<Loss>(PluginKind::kLoss, GetParam());
  const LossContext context = ContextFor(example.plugin());
  const auto term = LossTermRegistry::Global().Create(example.plugin(), context);
  ASSERT_THAT(term, IsOk());
  const auto alone = LossTermRegistry::Global().Create(example.plugin(), WithoutTeacher(context));
  if ((*term)->teacher().empty()) {
    EXPECT_THAT(alone, IsOk());
  } else {
    EXPECT_THAT(alone, testing::IsInvalidArgument("needs a teacher"));
  }
}

INSTANTIATE_TEST_SUITE_P(Plugins, LossConformance, ::testing::ValuesIn(Names(PluginKind::kLoss)),
                         [](const auto& info) { return info.param; });

// A plugin and a contract.
class LossContractTest : public ::testing::TestWithParam<std::tuple<std::string, testing::LossContract>> {};

TEST_P(LossContractTest, IsKept) {
  const auto& [name, contract] = GetParam();
  const Loss example = Example<Loss>(PluginKind::kLoss, name);
  const auto term = LossTermRegistry::Global().Create(example.plugin(), ContextFor(example.plugin()));
  ASSERT_THAT(term, IsOk());
  EXPECT_THAT(contract.check(**term), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Plugins, LossContractTest,
                         ::testing::Combine(::testing::ValuesIn(Names(PluginKind::kLoss)),
                                            ::testing::ValuesIn(testing::LossContracts())),
                         [](const auto& info) {
                           return absl::StrCat(std::get<0>(info.param), "_", std::get<1>(info.param).name);
                         });

class MappingConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(MappingConformance, EmptyConfigurationBuildsOrNamesAField) {
  ExpectBuildsOrNamesAField(
      LayerMappingRegistry::Global().Create(EmptyConfig(PluginKind::kMapping, GetParam()), {}).status());
}

TEST_P(MappingConformance, PairsFitOrTheErrorGivesBothNumbers) {
  const LayerMapping example = Example<LayerMapping>(PluginKind::kMapping, GetParam());
  EXPECT_THAT(testing::CheckMapping(LayerMappingRegistry::Global(), example.plugin()), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Plugins, MappingConformance, ::testing::ValuesIn(Names(PluginKind::kMapping)),
                         [](const auto& info) { return info.param; });

class InitConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(InitConformance, EmptyConfigurationBuildsOrNamesAField) {
  ExpectBuildsOrNamesAField(
      InitializerRegistry::Global()
          .Create(EmptyConfig(PluginKind::kInit, GetParam()), {ConformanceStudent(), &ConformanceTeacher()})
          .status());
}

// Writes a model of the student's shape into the folder below the working folder that the configuration's `path` names.
void WriteModelAtPath(const google::protobuf::Any& plugin) {
  const std::string type = plugin.type_url().substr(plugin.type_url().rfind('/') + 1);
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  ASSERT_NE(descriptor, nullptr) << type;
  const auto* field = descriptor->FindFieldByName("path");
  if (field == nullptr) return;
  const std::unique_ptr<google::protobuf::Message> config(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  ASSERT_TRUE(plugin.UnpackTo(config.get()));
  ParameterSet parameters(EncoderParameterSpecs(ConformanceStudent()), at::kFloat, c10::Device(at::kCPU));
  InitializeRandomNormal(5, 0.02, 0, &parameters);
  const std::string folder = config->GetReflection()->GetString(*config, field);
  EXPECT_THAT(SaveModel(folder, ConformanceStudent(), parameters, {}), IsOk());
}

TEST_P(InitConformance, SetsEveryParameterAsAFunctionOfTheSeed) {
  const Init example = Example<Init>(PluginKind::kInit, GetParam());
  const std::filesystem::path before = std::filesystem::current_path();
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / ("models_of_" + GetParam());
  std::filesystem::create_directories(folder);
  std::filesystem::current_path(folder);
  WriteModelAtPath(example.plugin());
  const auto initializer =
      InitializerRegistry::Global().Create(example.plugin(), {ConformanceStudent(), &ConformanceTeacher()});
  EXPECT_THAT(initializer, IsOk());
  if (initializer.ok()) {
    EXPECT_THAT(testing::CheckInitializer(**initializer, ConformanceStudent(), ConformanceTeacher()), IsOk());
  }
  std::filesystem::current_path(before);
}

INSTANTIATE_TEST_SUITE_P(Plugins, InitConformance, ::testing::ValuesIn(Names(PluginKind::kInit)),
                         [](const auto& info) { return info.param; });

// RoBERTa's pieces, which have one for masked tokens and one for the end of a text.
const Tokenizer& RobertaTokenizer() {
  static const auto* const tokenizer = [] {
    auto loaded = LoadTokenizer("data/vocab/roberta");
    CHECK(loaded.ok()) << loaded.status();
    return loaded->release();
  }();
  return *tokenizer;
}

// The example of data or an evaluation, with its defaults.
template <typename Message>
Message FilledExample(PluginKind kind, const std::string& name) {
  auto example = Example<Message>(kind, name);
  FillPluginDefaults(kind, /*data=*/nullptr, PluginCatalogue::Global(), example.mutable_plugin());
  Problems problems;
  CheckPlugin(kind, "example", example.plugin(), PluginCatalogue::Global(), &problems);
  EXPECT_THAT(problems.ToStatus(), IsOk());
  return example;
}

// Defaults filled twice are those filled once; what is wrong with nothing at all is said with its place.
void ExpectRulesAreSound(PluginKind kind, const std::string& name) {
  google::protobuf::Any once = EmptyConfig(kind, name);
  FillPluginDefaults(kind, /*data=*/nullptr, PluginCatalogue::Global(), &once);
  google::protobuf::Any twice = once;
  FillPluginDefaults(kind, /*data=*/nullptr, PluginCatalogue::Global(), &twice);
  EXPECT_EQ(once.value(), twice.value());
  Problems problems;
  CheckPlugin(kind, "place", once, PluginCatalogue::Global(), &problems);
  const std::string message(problems.ToStatus().message());
  for (absl::string_view line : absl::StrSplit(message, '\n', absl::SkipEmpty())) {
    EXPECT_TRUE(absl::StartsWith(line, absl::StrCat("place: ", name, ": "))) << line;
  }
}

class DataConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(DataConformance, RulesOfItsConfigurationAreSound) { ExpectRulesAreSound(PluginKind::kData, GetParam()); }

TEST_P(DataConformance, ItsEvaluationIsLinked) {
  const Data example = FilledExample<Data>(PluginKind::kData, GetParam());
  EXPECT_TRUE(EvaluationOfData(example, PluginCatalogue::Global()).has_plugin());
}

TEST_P(DataConformance, StepsAreAFunctionOfTheirNumber) {
  const Data example = FilledExample<Data>(PluginKind::kData, GetParam());
  const auto data = TrainingDataRegistry::Global().Create(example.plugin(), {});
  ASSERT_THAT(data, IsOk());
  EXPECT_THAT(testing::CheckTrainingData(**data, RobertaTokenizer(), ::testing::TempDir()), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Plugins, DataConformance, ::testing::ValuesIn(Names(PluginKind::kData)),
                         [](const auto& info) { return info.param; });

class EvaluationConformance : public ::testing::TestWithParam<std::string> {};

TEST_P(EvaluationConformance, RulesOfItsConfigurationAreSound) {
  ExpectRulesAreSound(PluginKind::kEvaluation, GetParam());
}

TEST_P(EvaluationConformance, ScoresAreThoseOfItsMetrics) {
  const Evaluation example = FilledExample<Evaluation>(PluginKind::kEvaluation, GetParam());
  const auto evaluator = EvaluatorRegistry::Global().Create(example.plugin(), {});
  ASSERT_THAT(evaluator, IsOk());
  EXPECT_THAT(testing::CheckEvaluator(**evaluator, RobertaTokenizer(), ::testing::TempDir()), IsOk());
  const std::string& primary =
      PluginCatalogue::Global().Find(PluginKind::kEvaluation, GetParam())->rules.primary_metric;
  EXPECT_EQ((*evaluator)->metrics().front().name, primary);
}

INSTANTIATE_TEST_SUITE_P(Plugins, EvaluationConformance, ::testing::ValuesIn(Names(PluginKind::kEvaluation)),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace retort
