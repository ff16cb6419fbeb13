#include "tools/list_plugins/describe_schema.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

constexpr char kProto[] = R"(
syntax = "proto3";
package retort;
import "framework/config/sweep.proto";

// Something else.
message OtherConfig {}

// Softened predictions
// (a paper, 2015).
message SoftConfig {
  // τ, > 0. Required. Typical: 2.
  optional double temperature = 1;

  enum Rows {
    ALL = 0;     // Everything.
    MASKED = 1;  // Only some.
  }
  // Which rows.
  // Default: ALL, as in the paper.
  optional Rows rows = 2;
  LayerMapping mapping = 3;  // Which layer is which.
  message Pair {
    int32 student = 1;  // From 1 on.
    // A factor. Default: 0.5. More is more.
    optional double weight = 2;
  }
  // At least one.
  repeated Pair pair = 4;
}
)";

TEST(DescribeSchema, SaysNameTypeDefaultAndMeaning) {
  EXPECT_EQ(DescribeSchema(kProto, "SoftConfig").value(), R"(Softened predictions
(a paper, 2015).

temperature   double, required
    τ, > 0. Required. Typical: 2.
rows   ALL | MASKED, default ALL
    Which rows.
    Default: ALL, as in the paper.
    ALL      Everything.
    MASKED   Only some.
mapping   LayerMapping
    Which layer is which.
pair   repeated Pair
    At least one.
    student   int32
        From 1 on.
    weight   double, default 0.5
        A factor. Default: 0.5. More is more.
)");
  EXPECT_EQ(DescribeSchema(kProto, "OtherConfig").value(), "Something else.\n");
}

TEST(DescribeSchema, SaysWhatIsWrong) {
  EXPECT_EQ(DescribeSchema(kProto, "NoConfig").status().message(),
            "want a message NoConfig, got a .proto file without");
  EXPECT_EQ(DescribeSchema("syntax = \"proto3\";\nmessage {", "X").status().message(),
            "want a .proto file: 2:9: Expected message name.");
}

}  // namespace
}  // namespace retort
