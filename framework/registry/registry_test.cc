#include "framework/registry/registry.h"

#include <memory>
#include <string>

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using google::protobuf::Any;
using google::protobuf::BoolValue;
using google::protobuf::StringValue;

struct Greeter {
  static constexpr PluginKind kPluginKind = PluginKind::kLoss;
  explicit Greeter(std::string text) : text(std::move(text)) {}
  std::string text;
};

struct Polite {
  static absl::StatusOr<std::unique_ptr<Greeter>> Create(const StringValue& config, const int& times) {
    if (config.value().empty()) return absl::InvalidArgumentError("value: want a name, got \"\"");
    std::string text;
    for (int i = 0; i < times; ++i) text += "Hello " + config.value() + ". ";
    return std::make_unique<Greeter>(text);
  }
};

using GreeterRegistry = Registry<Greeter, int>;

template <typename Config>
Any Packed(const Config& config) {
  Any any;
  any.PackFrom(config);
  return any;
}

StringValue Name(const std::string& name) {
  StringValue value;
  value.set_value(name);
  return value;
}

TEST(RegistryTest, MakesThePluginOfTheConfigurationsType) {
  GreeterRegistry registry;
  registry.Register<Polite, StringValue>();
  const auto made = registry.Create(Packed(Name("Ada")), 2);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->text, "Hello Ada. Hello Ada. ");
}

TEST(RegistryTest, HandsOnThePluginsError) {
  GreeterRegistry registry;
  registry.Register<Polite, StringValue>();
  EXPECT_EQ(registry.Create(Packed(Name("")), 1).status().message(), "value: want a name, got \"\"");
}

TEST(RegistryTest, UnknownTypesAreNotFound) {
  GreeterRegistry registry;
  const absl::Status unknown = registry.Create(Packed(BoolValue()), 1).status();
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(unknown.message().find("no loss plugin takes a google.protobuf.BoolValue; linked: "), std::string::npos)
      << unknown;
  const absl::Status none = registry.Create(Any(), 1).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(none.message().find("no loss plugin is chosen"), std::string::npos) << none;
}

TEST(RegistryTest, BrokenBytesAreDataLoss) {
  GreeterRegistry registry;
  registry.Register<Polite, StringValue>();
  Any any = Packed(Name("Ada"));
  any.set_value("\x0a\x7f");
  EXPECT_EQ(registry.Create(any, 1).status().code(), absl::StatusCode::kDataLoss);
}

TEST(RegistryTest, RegistrationFillsRegistryAndCatalogue) {
  const PluginRegistration<GreeterRegistry, Greeter, Polite, StringValue> registration;
  EXPECT_TRUE(GreeterRegistry::Global().Create(Packed(Name("Ada")), 1).ok());
  EXPECT_EQ(PluginCatalogue::Global().LinkedNames(PluginKind::kLoss), "string_value");
}

TEST(RegistryDeathTest, TwoPluginsForOneTypeDie) {
  GreeterRegistry registry;
  registry.Register<Polite, StringValue>();
  EXPECT_DEATH((registry.Register<Polite, StringValue>()), "google.protobuf.StringValue is registered twice");
}

}  // namespace
}  // namespace retort
