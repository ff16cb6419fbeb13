// Checks a Hugging Face model folder and writes it anew in another float type.
//
//   bazel run //tools:convert -- --model=<folder> --dtype=bfloat16 --output=<folder>
//
// Without --output it checks the folder and lists its parameters.

#include <iostream>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/program.h"
#include "framework/base/status_macros.h"
#include "framework/base/try_torch.h"
#include "framework/model/hugging_face.h"
#include "framework/text/tokenizer_files.h"
#include "gflags/gflags.h"
#include "glog/logging.h"

DEFINE_string(model, "", "Hugging Face model folder to read");
DEFINE_string(output, "", "model folder to write");
DEFINE_string(dtype, "float32", "float32, float16 or bfloat16");

namespace retort {
namespace {

absl::StatusOr<c10::ScalarType> ParseDtype(const std::string& name) {
  static const auto* const known = new std::map<std::string, c10::ScalarType>{
      {"float32", at::kFloat}, {"float16", at::kHalf}, {"bfloat16", at::kBFloat16}};
  const auto found = known->find(name);
  if (found != known->end()) return found->second;
  return absl::InvalidArgumentError(absl::StrCat("--dtype: want float32, float16 or bfloat16, got ", name));
}

void List(const LoadedModel& model) {
  for (const ParameterSpec& spec : model.parameters.specs()) {
    std::cout << spec.name << " [" << absl::StrJoin(spec.shape, ", ") << "]\n";
  }
  std::cout << EncoderConfigText(model.config) << "\n" << model.parameters.parameter_count() << " parameters\n";
}

absl::Status Run() {
  RETORT_RETURN_IF_ERROR(EnterUserDirectory());
  if (FLAGS_model.empty()) return absl::InvalidArgumentError("--model: want a model folder, got none");
  RETORT_ASSIGN_OR_RETURN(const c10::ScalarType dtype, ParseDtype(FLAGS_dtype));
  RETORT_ASSIGN_OR_RETURN(const LoadedModel model, LoadModel(FLAGS_model));
  if (FLAGS_output.empty()) {
    List(model);
    return absl::OkStatus();
  }
  TokenizerFiles tokenizer;
  if (!model.tokenizer_path.empty()) {
    RETORT_ASSIGN_OR_RETURN(tokenizer, ReadTokenizerFiles(model.tokenizer_path));
  }
  return SaveModel(FLAGS_output, model.config, model.parameters, tokenizer, dtype);
}

}  // namespace
}  // namespace retort

int main(int argc, char** argv) {
  gflags::SetUsageMessage("checks a model folder and writes it in another float type");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  google::InitGoogleLogging(argv[0]);
  return retort::ExitCode(retort::TryTorch("convert", retort::Run));
}
