#include "framework/config/variants/difference.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/config/plugin_schema.h"
#include "framework/config/reflection.h"
#include "framework/config/text/print.h"
#include "glog/logging.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/text_format.h"

namespace retort {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// The short name of the plugin that `chooser` holds the configuration of.
std::string PluginName(const Message& chooser, const Message& config) {
  const std::optional<PluginKind> kind = KindOfMessage(chooser.GetDescriptor()->full_name());
  CHECK(kind.has_value()) << chooser.GetDescriptor()->full_name();
  return ShortPluginName(*kind, *config.GetDescriptor());
}

class Differences {
 public:
  explicit Differences(const PluginCatalogue& catalogue) : catalogue_(catalogue) {}

  void Messages(const std::string& path, const Message& a, const Message& b) {
    for (int i = 0; i < a.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *a.GetDescriptor()->field(i);
      if (field.name() != "name") Field(path, field, a, b);
    }
  }

  std::vector<FieldDifference> Take() && { return std::move(fields_); }

 private:
  void Field(const std::string& path, const FieldDescriptor& field, const Message& a, const Message& b) {
    const std::string below = JoinPath(path, field.name());
    if (IsNamedList(field)) return NamedLists(below, field, a, b);
    const bool message = field.message_type() != nullptr && !field.is_repeated();
    if (message && a.GetReflection()->HasField(a, &field) && b.GetReflection()->HasField(b, &field)) {
      const Message& from = a.GetReflection()->GetMessage(a, &field);
      const Message& to = b.GetReflection()->GetMessage(b, &field);
      if (field.message_type() != Any::descriptor()) return Messages(below, from, to);
      return Anys(path, a, b, static_cast<const Any&>(from), static_cast<const Any&>(to));
    }
    if (message && field.message_type() == Any::descriptor()) return Add(path, Choice(a), Choice(b));
    Add(below, Value(a, field), Value(b, field));
  }

  // The two choices of plugin in `a` and `b`, messages that hold nothing else that matters here.
  void Anys(const std::string& path, const Message& a, const Message& b, const Any& from, const Any& to) {
    const std::unique_ptr<Message> from_config = UnpackAny(from);
    const std::unique_ptr<Message> to_config = UnpackAny(to);
    const bool known = from_config != nullptr && to_config != nullptr;
    if (known && from_config->GetDescriptor() == to_config->GetDescriptor()) {
      return Messages(JoinPath(path, PluginName(a, *from_config)), *from_config, *to_config);
    }
    Add(path, Choice(a), Choice(b));
  }

  // The choice alone: "soft_targets { temperature: 2 }" without the loss's name and weight.
  std::string Choice(const Message& chooser) const {
    std::unique_ptr<Message> only(chooser.New());
    only->CopyFrom(chooser);
    for (const FieldDescriptor* field : SetFields(chooser)) {
      if (field->message_type() != Any::descriptor()) only->GetReflection()->ClearField(only.get(), field);
    }
    const std::string text = PrintLine(*only, catalogue_);
    return text.empty() ? "absent" : text;
  }

  void NamedLists(const std::string& path, const FieldDescriptor& field, const Message& a, const Message& b) {
    const auto* from = a.GetReflection();
    const auto* to = b.GetReflection();
    std::vector<std::string> from_order, to_order;
    for (int i = 0; i < from->FieldSize(a, &field); ++i) {
      const Message& item = from->GetRepeatedMessage(a, &field, i);
      const std::string below = JoinPath(path, NameOf(item));
      const int other = FindNamed(b, field, NameOf(item));
      if (other < 0) {
        fields_.push_back({below, Braced(item), ""});
        continue;
      }
      from_order.push_back(NameOf(item));
      Messages(below, item, to->GetRepeatedMessage(b, &field, other));
    }
    for (int i = 0; i < to->FieldSize(b, &field); ++i) {
      const Message& item = to->GetRepeatedMessage(b, &field, i);
      if (FindNamed(a, field, NameOf(item)) >= 0) {
        to_order.push_back(NameOf(item));
      } else {
        fields_.push_back({JoinPath(path, NameOf(item)), "", Braced(item)});
      }
    }
    Add(absl::StrCat(path, " (order)"), absl::StrJoin(from_order, ", "), absl::StrJoin(to_order, ", "));
  }

  std::string Braced(const Message& message) const {
    const std::string text = PrintLine(message, catalogue_);
    return text.empty() ? "{ }" : absl::StrCat("{ ", text, " }");
  }

  // A field's value in one line, "absent" if it is not set.
  std::string Value(const Message& message, const FieldDescriptor& field) const {
    const auto* reflection = message.GetReflection();
    if (!field.is_repeated()) {
      if (field.has_presence() && !reflection->HasField(message, &field)) return "absent";
      if (field.message_type() != nullptr) {
        return Braced(reflection->GetMessage(message, &field));
      }
      return ScalarText(message, field, -1);
    }
    std::vector<std::string> items;
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      items.push_back(field.message_type() == nullptr ? ScalarText(message, field, i)
                                                      : Braced(reflection->GetRepeatedMessage(message, &field, i)));
    }
    return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
  }

  static std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
    std::string text;
    TextFormat::PrintFieldValueToString(message, &field, index, &text);
    return text;
  }

  void Add(const std::string& path, const std::string& from, const std::string& to) {
    if (from != to) fields_.push_back({path, from, to});
  }

  const PluginCatalogue& catalogue_;
  std::vector<FieldDifference> fields_;
};

std::string LineOf(const FieldDifference& field) {
  if (field.after.empty()) return absl::StrCat(field.path, ": removed");
  if (field.before.empty()) return absl::StrCat(field.path, ": added ", field.after);
  return absl::StrCat(field.path, ": ", field.before, " -> ", field.after);
}

}  // namespace

std::vector<FieldDifference> FieldDifferences(const Experiment& a, const Experiment& b,
                                              const PluginCatalogue& catalogue) {
  Differences differences(catalogue);
  differences.Messages("", a, b);
  return std::move(differences).Take();
}

std::string DescribeDifference(const Experiment& a, const Experiment& b, const PluginCatalogue& catalogue) {
  std::vector<std::string> lines;
  for (const FieldDifference& field : FieldDifferences(a, b, catalogue)) lines.push_back(LineOf(field));
  return absl::StrJoin(lines, "\n");
}

}  // namespace retort
