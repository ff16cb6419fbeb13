#ifndef RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_
#define RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_

#include "framework/config/test_plugins.pb.h"
#include "framework/registry/plugin_catalogue.h"

namespace retort {

// The plugins of test_plugins.proto, and no others: losses test_soft and test_hidden, mappings test_stride and
// test_top, initialisations test_copy and test_normal.
inline const PluginCatalogue& TestCatalogue() {
  static const PluginCatalogue* catalogue = [] {
    auto* made = new PluginCatalogue();
    made->Add(PluginKind::kLoss, TestSoftConfig::descriptor());
    made->Add(PluginKind::kLoss, TestHiddenConfig::descriptor());
    made->Add(PluginKind::kMapping, TestTopConfig::descriptor());
    made->Add(PluginKind::kMapping, TestStrideConfig::descriptor());
    made->Add(PluginKind::kInit, TestCopyConfig::descriptor());
    made->Add(PluginKind::kInit, TestNormalConfig::descriptor());
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
      data { masked_lm { corpus: "corpus" length: 64 } }
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
      evaluation { masked_lm {} }
    }
  }
)pb";

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEST_CATALOGUE_H_
