#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "framework/base/status_macros.h"
#include "framework/base/temporary_folder.h"
#include "framework/config/sweep.pb.h"
#include "framework/config/text/parse.h"
#include "framework/config/variants/defaults.h"
#include "framework/data/corpus/corpus_folder.h"
#include "framework/data/data_cache.h"
#include "framework/data/step_source.h"
#include "framework/data/tokens/token_store.h"
#include "framework/data/tokens/token_store_builder.h"
#include "framework/data/training_data.h"
#include "framework/registry/plugin_catalogue.h"
#include "framework/text/files/load_tokenizer.h"
#include "tools/bench/measure/measure.h"
#include "tools/bench/measure/memory_use.h"

namespace retort::bench {
namespace {

constexpr double kLeastSeconds = 1;  // That masking is timed for.

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

Measurement Speed(int64_t tokens, double seconds) {
  return {{kTokensPerSecond, static_cast<double>(tokens) / seconds},
          {kMemoryBytes, MostMemory(c10::Device(c10::DeviceType::CPU))}};
}

// The stage whose data are masked.
absl::StatusOr<Stage> MaskedStage(const std::string& corpus) {
  const std::string text = absl::StrCat("stage { name: \"train\" data { masked_lm { corpus: \"", absl::CEscape(corpus),
                                        "\" length: 128 } } batch { sequences: 256 } }");
  Experiment experiment;
  RETORT_RETURN_IF_ERROR(ParseText(text, "mask", PluginCatalogue::Global(), &experiment));
  FillDefaults(&experiment);
  return experiment.stage(0);
}

}  // namespace

absl::StatusOr<Measurement> MeasureTokenizing(const TextInputs& inputs, int threads) {
  RETORT_ASSIGN_OR_RETURN(const CorpusFolder corpus, LoadCorpusFolder(inputs.corpus));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizer(inputs.tokenizer));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFolder> folder, TemporaryFolder::Create());
  const std::string path = folder->path() + "/store";
  const absl::Time start = absl::Now();
  RETORT_RETURN_IF_ERROR(BuildTokenStore(corpus.spec, *tokenizer, threads, path));
  const double seconds = SecondsSince(start);
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TokenStore> store, TokenStore::Open(path, *tokenizer));
  return Speed(store->tokens(), seconds);
}

absl::StatusOr<Measurement> MeasureMasking(const TextInputs& inputs) {
  RETORT_ASSIGN_OR_RETURN(const Stage stage, MaskedStage(inputs.corpus));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer, LoadTokenizer(inputs.tokenizer));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFolder> folder, TemporaryFolder::Create());
  DataCache cache(folder->path(), /*threads=*/1);
  RETORT_ASSIGN_OR_RETURN(const auto data, TrainingDataRegistry::Global().Create(stage.data().plugin(), {}));
  RETORT_ASSIGN_OR_RETURN(const std::unique_ptr<StepSource> source,
                          data->Open({*tokenizer, stage.batch(), /*data_seed=*/1, &cache}));
  source->Step(0);
  int64_t tokens = 0, step = 0;
  const absl::Time start = absl::Now();
  while (SecondsSince(start) < kLeastSeconds) tokens += source->Step(++step).tokens();
  return Speed(tokens, SecondsSince(start));
}

}  // namespace retort::bench
