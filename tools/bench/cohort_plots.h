#ifndef RETORT_TOOLS_BENCH_COHORT_PLOTS_H_
#define RETORT_TOOLS_BENCH_COHORT_PLOTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/bench_row.h"

// What students cost that are trained together. A step of K students takes T + K S seconds: the teacher's T once, a
// student's S for each; and so with memory. Pure functions.

namespace retort::bench {

// One quantity by the number of students, and the line at_zero + students * slope of least squares through the medians.
struct CohortCost {
  struct Point {
    int64_t students = 0;
    Spread spread;
  };

  std::vector<Point> points;  // In the order of students.
  double at_zero = 0, slope = 0;
  double worst = 0;  // The greatest distance of a median from the line, as a share of the line.
};

// Of the rows that train the same students as `single`, itself among them, in its precision and on its device. Without
// points if fewer than three numbers of students were measured.
CohortCost CostOfCohorts(const BenchRow& single, const std::vector<BenchRow>& rows, const std::string& name);

// For each training that was measured with at least three numbers of students two plots, drawn by Chart.js: seconds of
// a step, beside those of as many steps of one student, and memory. HTML with its scripts; empty without any.
std::string RenderCohortPlots(const std::vector<BenchRow>& rows);

}  // namespace retort::bench

#endif  // RETORT_TOOLS_BENCH_COHORT_PLOTS_H_
