#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_PUBLISHED_EFFECTS_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_PUBLISHED_EFFECTS_H_

#include "framework/report/analysis/analysis.h"
#include "framework/report/analysis/sweep_result.h"

namespace retort {

// Judges every published delta by the difference that answers to it, and takes over the margin of equivalence. Asks for
// an analysis that has all of its columns. Several deltas of one variant that the same metric answers to are one
// contrast.
void AddPublishedEffects(const SweepResult& result, Analysis* analysis);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_PUBLISHED_EFFECTS_H_
