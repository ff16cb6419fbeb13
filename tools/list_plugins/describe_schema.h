#ifndef RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_
#define RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_

#include <string>

#include "tools/list_plugins/schema.h"

namespace retort {

// What users can write into a message, as text for a terminal: what the message is; then for each field its name, type
// (an enumeration as its values) and default, and what it means.
//
//   KL(teacher || student) of softened predictions.
//
//   temperature   double, required
//       τ, dimensionless, > 0. Required.
//   rows   ALL | MASKED, default ALL
//       Positions whose predictions are compared. Default: ALL.
//       ALL      All positions that are not padding.
//       MASKED   Positions with a label.
std::string DescribeSchema(const SchemaMessage& message);

}  // namespace retort

#endif  // RETORT_TOOLS_LIST_PLUGINS_DESCRIBE_SCHEMA_H_
