#ifndef RETORT_FRAMEWORK_SWEEP_TEST_SWEEP_H_
#define RETORT_FRAMEWORK_SWEEP_TEST_SWEEP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/config/variants/expand.h"
#include "framework/model/config/encoder_config.h"
#include "framework/sweep/inputs/inputs.h"
#include "framework/sweep/plan/plan.h"
#include "framework/text/files/tokenizer_files.h"

namespace retort::testing {

// A small sweep on disk, for tests: a random teacher, a corpus and the text of a sweep over both. Everything is a
// function of its arguments. What a test gets wrong CHECK-fails.

// The shape of WriteTinyTeacher's: V = 57, L = 2, H = 16, A = 2, I = 32, 32 positions, token types, no pooler.
EncoderConfig TinyTeacherConfig();

// [PAD] [UNK] [CLS] [SEP] [MASK] a ##a b ##b ...: a vocab.txt of 57 pieces.
std::string TinyVocabulary();

// The files of a byte-level BPE of 57 pieces: the five that `specials` name, a ... z, the space, and a ... y behind it.
TokenizerFiles TinyBytePieces(const std::vector<std::string>& specials = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"});

// Writes a model folder of this shape with random weights. With another seed they are others.
void WriteTinyTeacher(const std::string& folder, uint64_t seed = 5, const EncoderConfig& config = TinyTeacherConfig(),
                      const TokenizerFiles& tokenizer = {{"vocab.txt", TinyVocabulary()}});

// The same with a GPT-2 of these sizes, whose first piece is <|endoftext|>.
EncoderConfig TinyGpt2Config();
void WriteTinyGpt2(const std::string& folder, uint64_t seed = 5);

// A MobileBERT of these sizes but for 512 positions, with bottlenecks of 8 and LayerNorms, as IB-BERT has them.
EncoderConfig TinyMobilebertConfig(int64_t layers);

// Writes a corpus folder: a text file with one document of eight words of three letters per line, all different, a
// tenth of them for each held-out split. With another seed they are others.
void WriteTinyCorpus(const std::string& folder, int documents = 400, uint64_t seed = 1);

// A stage for TestSweep::Text that trains for three steps; `fields` say what else it has.
std::string StageText(const std::string& name, const std::string& fields = R"(loss { name: "mlm" masked_lm {} })");

// A teacher in <folder>/teacher, a corpus in <folder>/corpus, and token stores in <folder>/tokens.
class TestSweep {
 public:
  // Makes a folder of its own below the test's.
  TestSweep();

  const std::string& folder() const { return folder_; }
  std::string teacher() const { return folder_ + "/teacher"; }
  std::string corpus() const { return folder_ + "/corpus"; }

  // The sweep `tiny`: a student of one layer, a stage `distil` of 12 steps of 8 sequences of at most 24 positions with
  // the losses ce, cos and mlm, and an evaluation `evaluate` on 16 sequences. `more` is added to the sweep, `stages`
  // behind the stages of its experiment; "$" in them stands for folder().
  std::string Text(const std::string& more = "", const std::string& stages = "") const;

  // The sweep `tiny_causal`: as Text, but with a WriteTinyGpt2 in <folder>/gpt2, which this writes, the losses ce, cos
  // and clm, and blocks of 24 positions.
  std::string CausalText(const std::string& more = "") const;

  // Parses and expands; `set` as on the command line.
  ExpandedSweep Expanded(const std::string& text, const std::vector<std::string>& set = {}) const;

  // Plans it, reading all files anew.
  absl::StatusOr<Plan> Make(const std::string& text, const std::vector<std::string>& set = {},
                            const PlanOptions& options = {});

  // Of the last plan.
  Inputs* inputs() { return inputs_.back().get(); }

 private:
  std::string folder_;
  std::vector<std::unique_ptr<Inputs>> inputs_;  // Plans point into them.
};

}  // namespace retort::testing

#endif  // RETORT_FRAMEWORK_SWEEP_TEST_SWEEP_H_
