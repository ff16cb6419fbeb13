#include "tools/list_plugins/schema.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace retort {
namespace {

using ::testing::ElementsAre;

constexpr char kProto[] = R"(
syntax = "proto3";
package retort;
import "framework/config/sweep.proto";

// Of the file.

// Something else.
message OtherConfig {}

// Softened predictions
// (a paper, 2015).
//
// A second paragraph:
//   with a formula
message SoftConfig {
  // τ, > 0. Required. Typical: 2.
  optional double temperature = 1;

  // Their order is another's.
  enum Rows {
    ALL = 0;     // Everything.
    MASKED = 1;  // Only some.
  }
  // Which rows.
  // Default: ALL, as in the paper.
  optional Rows rows = 2;

  // Of what follows.

  LayerMapping mapping = 3;  // Which layer is which.
  // Two layers.
  message Pair {
    int32 student = 1;  // From 1 on.
    // A factor. Default: 0.5. More is more.
    optional double weight = 2;
  }
  // At least one.
  repeated Pair pair = 4;
  oneof masking {  // Default: some.
    Pair all = 5;
    OtherConfig some = 6;
  }
}
)";

TEST(ReadSchema, ReadsAllComments) {
  const SchemaMessage soft = ReadSchema(kProto, "SoftConfig").value();
  EXPECT_THAT(soft.comment,
              ElementsAre("Softened predictions", "(a paper, 2015).", "", "A second paragraph:", "  with a formula"));
  EXPECT_THAT(ReadSchema(kProto, "OtherConfig").value().comment, ElementsAre("Something else."));
  ASSERT_EQ(soft.fields.size(), 7u);
  const SchemaField &temperature = soft.fields[0], &rows = soft.fields[1], &mapping = soft.fields[2];
  EXPECT_TRUE(temperature.required);
  EXPECT_EQ(temperature.default_value, "");
  EXPECT_EQ(rows.type, "ALL | MASKED");
  EXPECT_EQ(rows.default_value, "ALL");
  EXPECT_THAT(rows.comment,
              ElementsAre("Which rows.", "Default: ALL, as in the paper.", "", "Their order is another's."));
  ASSERT_EQ(rows.values.size(), 2u);
  EXPECT_EQ(rows.values[1].name, "MASKED");
  EXPECT_THAT(rows.values[1].comment, ElementsAre("Only some."));
  EXPECT_THAT(mapping.comment, ElementsAre("Of what follows.", "Which layer is which."));
}

TEST(ReadSchema, ReadsMessagesAndChoicesWithin) {
  const std::vector<SchemaField> fields = ReadSchema(kProto, "SoftConfig").value().fields;
  const SchemaField &pair = fields[3], &choice = fields[4], &some = fields[6];
  EXPECT_EQ(pair.type, "repeated Pair");
  EXPECT_THAT(pair.comment, ElementsAre("At least one.", "", "Two layers."));
  ASSERT_EQ(pair.fields.size(), 2u);
  EXPECT_EQ(pair.fields[1].default_value, "0.5");
  EXPECT_EQ(choice.name, "masking");
  EXPECT_EQ(choice.type, "one of all, some");
  EXPECT_EQ(choice.default_value, "some");
  EXPECT_THAT(some.comment, ElementsAre("Something else."));
}

TEST(ReadSchema, SaysWhatIsWrong) {
  EXPECT_EQ(ReadSchema(kProto, "NoConfig").status().message(), "want a message NoConfig, got a .proto file without");
  EXPECT_EQ(ReadSchema("syntax = \"proto3\";\nmessage {", "X").status().message(),
            "want a .proto file: 2:9: Expected message name.");
}

}  // namespace
}  // namespace retort
