#include "framework/text/files/class_advice.h"

#include "absl/strings/str_cat.h"
#include "framework/base/paths/shell_command.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "framework/text/tokenizer_json/model_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

// A class without a fast tokenizer has no backend_tokenizer: the command ends there, before it writes anything.
constexpr char kWriteAll[] =
    "import json, os, sys; from transformers import AutoTokenizer; d = sys.argv[1]; "
    "t = AutoTokenizer.from_pretrained(d); t.backend_tokenizer; t.save_pretrained(d); "
    "p = os.path.join(d, \"tokenizer_config.json\"); c = json.load(open(p)); "
    "c[\"tokenizer_class\"] = \"PreTrainedTokenizerFast\"; json.dump(c, open(p, \"w\"), indent=2)";

// Errors: a tokenizer.json whose model is of a kind that is not read.
absl::Status CheckKind(absl::string_view whole, const std::string& path) {
  if (whole.empty()) return absl::OkStatus();
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(whole, path));
  RETORT_ASSIGN_OR_RETURN(JsonFields file, JsonFields::Open(json, path, ": "));
  RETORT_ASSIGN_OR_RETURN(JsonFields model, JsonFields::Open(file.Get("model"), file.Place("model")));
  return KindOfModel(&model).status();
}

}  // namespace

absl::Status ExplainClass(const absl::Status& unknown, absl::string_view whole, const std::string& folder) {
  if (unknown.ok()) return unknown;
  RETORT_RETURN_IF_ERROR(CheckKind(whole, absl::StrCat(folder, "/tokenizer.json")));
  return absl::Status(
      unknown.code(),
      absl::StrCat(unknown.message(), "; if the class has a fast tokenizer, let transformers (pip install ",
                   "transformers) write all of it down with: ", PythonCommand(kWriteAll, {folder})));
}

}  // namespace retort
