#ifndef RETORT_FRAMEWORK_SWEEP_PLAN_TEACHER_NOTES_H_
#define RETORT_FRAMEWORK_SWEEP_PLAN_TEACHER_NOTES_H_

#include <string>

#include "framework/sweep/inputs/inputs.h"

namespace retort {

// What a plan says of a teacher: "data/teachers/mini: BertForMaskedLM with a head of vocabulary; left aside:
// classifier".
std::string DescribeTeacher(const std::string& path, const LoadedModel& model);

// What the folder of a teacher says of sentences, which students are exported without: a line for the plan, or nothing.
std::string SentencesNotExported(const std::string& folder);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_SWEEP_PLAN_TEACHER_NOTES_H_
