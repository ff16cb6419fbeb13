#ifndef RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_
#define RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_

#include <string>

#include "framework/base/problems.h"
#include "framework/config/test_plugins.pb.h"
#include "framework/registry/config_rules.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// Text of a corpus, 128 pieces long unless it says otherwise; models of it are evaluated by test_text, those of the
// corpus "pairs" by test_pairs.
inline ConfigRules TestTextDataRules() {
  ConfigRules rules;
  rules.fill_defaults = [](const google::protobuf::Message*, google::protobuf::Message* message) {
    auto* config = static_cast<TestTextDataConfig*>(message);
    RETORT_DEFAULT(config, length, 128);
    RETORT_DEFAULT(config->mutable_masking(), rate, 0.15);
  };
  rules.check = [](const std::string& place, const google::protobuf::Message& message, Problems* problems) {
    const auto& config = static_cast<const TestTextDataConfig&>(message);
    if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
    problems->Want(config.length() >= 3, place + "length", ">= 3", config.length());
    problems->Share(place + "masking: rate", config.masking().rate(), /*one_allowed=*/true);
  };
  rules.paths = {"corpus"};
  rules.evaluation = [](const google::protobuf::Message& message) {
    const bool pairs = static_cast<const TestTextDataConfig&>(message).corpus() == "pairs";
    return std::string(pairs ? "test_pairs" : "test_text");
  };
  return rules;
}

// The corpus and length of the data, 512 sequences of the report split.
inline ConfigRules TestTextEvaluationRules() {
  ConfigRules rules;
  rules.fill_defaults = [](const google::protobuf::Message* data, google::protobuf::Message* message) {
    auto* config = static_cast<TestTextEvaluationConfig*>(message);
    InheritField(data, "corpus", config);
    InheritField(data, "length", config);
    RETORT_DEFAULT(config, length, 128);
    RETORT_DEFAULT(config, split, "report");
    RETORT_DEFAULT(config, sequences, 512);
  };
  rules.check = [](const std::string& place, const google::protobuf::Message& message, Problems* problems) {
    const auto& config = static_cast<const TestTextEvaluationConfig&>(message);
    if (config.corpus().empty()) problems->Add(place + "corpus", "want a corpus folder, got none");
    problems->Positive(place + "sequences", config.sequences());
  };
  rules.primary_metric = "test_text/loss";
  return rules;
}

inline ConfigRules TestPairsEvaluationRules() {
  ConfigRules rules;
  rules.primary_metric = "test_pairs/correlation";
  return rules;
}

// The plugins of test_plugins.proto, and no others: losses test_soft and test_hidden, mappings test_stride and
// test_top, initialisations test_copy and test_normal, data test_text, evaluations test_text and test_pairs.
inline const PluginCatalogue& TestCatalogue() {
  static const PluginCatalogue* catalogue = [] {
    auto* made = new PluginCatalogue();
    made->Add(PluginKind::kLoss, TestSoftConfig::descriptor());
    made->Add(PluginKind::kLoss, TestHiddenConfig::descriptor());
    made->Add(PluginKind::kMapping, TestTopConfig::descriptor());
    made->Add(PluginKind::kMapping, TestStrideConfig::descriptor());
    made->Add(PluginKind::kInit, TestCopyConfig::descriptor());
    made->Add(PluginKind::kInit, TestNormalConfig::descriptor());
    made->Add(PluginKind::kData, TestTextDataConfig::descriptor(), TestTextDataRules());
    made->Add(PluginKind::kEvaluation, TestTextEvaluationConfig::descriptor(), TestTextEvaluationRules());
    made->Add(PluginKind::kEvaluation, TestPairsEvaluationConfig::descriptor(), TestPairsEvaluationRules());
    return made;
  }();
  return *catalogue;
}

// A sweep whose base is right: a stage `distil` with the losses ce, hid and mlm, and an evaluation `final`.
inline constexpr char kGoodSweep[] = R"pb(
  name: "triple"
  experiment {
    teacher { checkpoint: "teacher" }
    student {
      architecture { layers: 3 }
      init { test_copy { mapping { test_top {} } } }
    }
    stage {
      name: "distil"
      data { test_text { corpus: "corpus" length: 64 } }
      batch { sequences: 16 }
      budget { tokens: 4096 }
      loss {
        name: "ce"
        weight: 5
        test_soft { temperature: 2 }
      }
      loss {
        name: "hid"
        test_hidden {
          mapping { test_stride { offset: 1 } }
          layers: [ 1, 2 ]
        }
      }
      loss {
        name: "mlm"
        weight: 2
        test_soft { rows: TEST_MASKED }
      }
      adamw { learning_rate: 5e-4 }
      linear { warmup: 0.05 }
    }
    stage {
      name: "final"
      evaluation { test_text {} }
    }
  }
)pb";

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_
