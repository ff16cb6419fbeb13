#ifndef RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_
#define RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_

#include <string>

#include "absl/status/statusor.h"

namespace retort {

// What users can write into a message of a .proto file, from the file's own comments: what the message is; then for
// each field its name, type (an enumeration as its values) and default, and what it means.
//
//   KL(teacher || student) of softened predictions.
//
//   temperature   double, required
//       τ, dimensionless, > 0. Required.
//   rows   ALL | MASKED, default ALL
//       Positions whose predictions are compared. Default: ALL.
//       ALL      All positions that are not padding.
//       MASKED   Positions with a label.
//
// The default is what follows "Default: " in the comment of the field, and "required" where the comment says
// "Required.".
//
// Args: proto: the text of the file; message: the name of a message in it, without its package.
// Errors: InvalidArgument, with line and column, for text that is no schema; NotFound if it has no such message.
absl::StatusOr<std::string> DescribeSchema(const std::string& proto, const std::string& message);

}  // namespace retort

#endif  // RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_
