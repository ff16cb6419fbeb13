#include "framework/config/text/print.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "framework/config/plugin_schema.h"
#include "framework/config/reflection.h"
#include "glog/logging.h"
#include "google/protobuf/text_format.h"

namespace retort {
namespace {

using google::protobuf::Message;
using google::protobuf::TextFormat;

std::string Print(const Message& message, const PluginCatalogue& catalogue, bool one_line) {
  auto schema = PluginSchema::Create(catalogue, *message.GetDescriptor());
  CHECK(schema.ok()) << schema.status();
  std::unique_ptr<Message> raised(message.New());
  raised->CopyFrom(message);
  (*schema)->Raise(raised.get());
  std::unique_ptr<Message> as_typed = (*schema)->NewRoot();
  CHECK(as_typed->ParsePartialFromString(DeterministicBytes(*raised)));
  TextFormat::Printer printer;
  printer.SetSingleLineMode(one_line);
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  CHECK(printer.PrintToString(*as_typed, &text));
  return text;
}

}  // namespace

std::string PrintText(const Message& message, const PluginCatalogue& catalogue) {
  return Print(message, catalogue, /*one_line=*/false);
}

std::string PrintLine(const Message& message, const PluginCatalogue& catalogue) {
  return std::string(absl::StripSuffix(Print(message, catalogue, /*one_line=*/true), " "));
}

std::string PrintSweep(const Sweep& sweep, const PluginCatalogue& catalogue) {
  return absl::StrCat("# proto-file: framework/config/sweep.proto\n# proto-message: retort.Sweep\n\n",
                      PrintText(sweep, catalogue));
}

}  // namespace retort
