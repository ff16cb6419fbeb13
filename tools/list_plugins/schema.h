#ifndef RETORT_TOOLS_LIST_PLUGINS_SCHEMA_H_
#define RETORT_TOOLS_LIST_PLUGINS_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace retort {

// What .proto files say of messages, with the comments that stand in them. Plain values.

// Lines of comments, without "//"; an empty line parts paragraphs. None begins or ends with an empty one.
using CommentLines = std::vector<std::string>;

struct SchemaValue {
  std::string name;  // "LABELLED"
  CommentLines comment;
};

// A field, or a choice of one of several fields (`oneof`), which precedes them.
struct SchemaField {
  std::string name;
  std::string type;                 // "double", "repeated Pair", "ALL | LABELLED" or "one of a, b".
  std::string default_value;        // As the comment says it: "2", "all"; "" where it says none.
  bool required = false;            // As the comment says it.
  CommentLines comment;             // Of the field, then of its enumeration or message.
  std::vector<SchemaValue> values;  // Of its enumeration.
  std::vector<SchemaField> fields;  // Of its message, if that is in the same file.
};

struct SchemaMessage {
  CommentLines comment;
  std::vector<SchemaField> fields;
};

// Reads a message of a .proto file. A comment is what stands right before a thing or behind it on its line, and what
// stands before that with an empty line between. The default is what follows "Default: " in the comment of a field,
// and the field is required where the comment says "Required.".
//
// Args: proto: the text of the file; message: the name of a message in it, without its package.
// Errors: InvalidArgument, with line and column, for text that is no schema; NotFound if it has no such message.
absl::StatusOr<SchemaMessage> ReadSchema(const std::string& proto, const std::string& message);

}  // namespace retort

#endif  // RETORT_TOOLS_LIST_PLUGINS_SCHEMA_H_
