#ifndef RETORT_FRAMEWORK_CONFIG_TEXT_OVERLAY_H_
#define RETORT_FRAMEWORK_CONFIG_TEXT_OVERLAY_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace retort {

// Lays `overlay` over `base`, a message of the same type, field by field:
//   - a scalar that is present in the overlay replaces; one without explicit presence (a plain proto3 field) is present
//   when
//     it is not its type's zero;
//   - a member of a oneof replaces another member;
//   - a message merges, by these same rules;
//   - a google.protobuf.Any of the same type merges as the message it holds; one of another type replaces;
//   - a list of messages that have a `name` merges by name; a new name is appended;
//   - any other list replaces if it is not empty;
//   - `remove` drops items of the named lists beside it and does not stay in the result. Removing comes before merging,
//   so
//     one overlay can remove an item and add another of the same name, which has its place.
// Inside a retort.Variant or retort.Task, which are themselves overlays, `remove` is data: the names are added to their
// own.
//
// Errors: InvalidArgument that starts with the field's path, for example
//   stage.distil.remove: nothing is named "ce"; there are: mlm, cos
// when a name to remove does not exist, or an overlay's item has no name, or two have the same one.
// `base` is unspecified then.
absl::Status Overlay(const google::protobuf::Message& overlay, google::protobuf::Message* base);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_TEXT_OVERLAY_H_
