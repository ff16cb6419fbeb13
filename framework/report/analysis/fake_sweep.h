#ifndef RETORT_FRAMEWORK_REPORT_ANALYSIS_FAKE_SWEEP_H_
#define RETORT_FRAMEWORK_REPORT_ANALYSIS_FAKE_SWEEP_H_

#include "framework/report/analysis/sweep_result.h"

namespace retort {

// A simulated sweep of the shape and with the effects of the default one, for tests and for looking at a report: 9
// variants x 3 seeds x 512 sequences, three metrics, loss terms, curves, two published numbers. Deterministic.
SweepResult FakeSweep();

// The smallest sweep whose numbers can be worked out by hand: base and "a", seeds 1 and 2, two sequences of one masked
// token each, metric "m/cross_entropy" in stage "eval" on "report". base is (1, 3) and (1, 3); a is base + (1, 3) with
// seed 1 and base + (3, 5) with seed 2: differences 2 and 4, mean 3.
SweepResult TinySweep();

// A simulated sweep of three tasks, one of which has two metrics: base, "no_task", which is as good, and "random",
// which is worse; 3 seeds x 400 examples of each, the macro average of cola, mrpc's F1 and sst2, a margin of 3 points,
// published values and effects. Deterministic.
SweepResult TaskSweep();

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_ANALYSIS_FAKE_SWEEP_H_
