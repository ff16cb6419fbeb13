#include "tools/list_plugins/describe_schema.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr char kProto[] = R"(
syntax = "proto3";

// Softened predictions
// (a paper, 2015).
//
// A second paragraph.
message SoftConfig {
  // τ, > 0. Required. Typical: 2.
  optional double temperature = 1;
  enum Rows {
    ALL = 0;     // Everything.
    MASKED = 1;  // Only some.
    NONE = 2;
  }
  // Which rows.
  // Default: ALL, as in the paper.
  optional Rows rows = 2;
  // Two layers.
  message Pair {
    int32 student = 1;  // From 1 on.
    // A factor. Default: 0.5. More is more.
    optional double weight = 2;
  }
  // At least one.
  repeated Pair pair = 3;
}
message EmptyConfig {}
)";

TEST(DescribeSchema, SaysNameTypeDefaultAndMeaning) {
  EXPECT_EQ(DescribeSchema(ReadSchema(kProto, "SoftConfig").value()), R"(Softened predictions
(a paper, 2015).

A second paragraph.

temperature   double, required
    τ, > 0. Required. Typical: 2.
rows   ALL | MASKED | NONE, default ALL
    Which rows.
    Default: ALL, as in the paper.
    ALL      Everything.
    MASKED   Only some.
    NONE
pair   repeated Pair
    At least one.

    Two layers.
    student   int32
        From 1 on.
    weight   double, default 0.5
        A factor. Default: 0.5. More is more.
)");
  EXPECT_EQ(DescribeSchema(ReadSchema(kProto, "EmptyConfig").value()), "");
}

}  // namespace
}  // namespace retort
