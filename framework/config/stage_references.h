#ifndef RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_
#define RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_

namespace retort {

// What Stage.from may be beside "@name": the experiment's teacher itself is trained ...
inline constexpr char kFromTeacher[] = "TEACHER";
// ... or the student begins as its `init` makes it, whatever was trained before.
inline constexpr char kFromInit[] = "INIT";

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_STAGE_REFERENCES_H_
