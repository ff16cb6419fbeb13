#ifndef RETORT_FRAMEWORK_REPORT_FILES_RESULT_TABLE_H_
#define RETORT_FRAMEWORK_REPORT_FILES_RESULT_TABLE_H_

#include "framework/report/analysis/analysis.h"
#include "framework/report/files/tables.h"

namespace retort {

// Which columns a result table has.
struct ResultLayout {
  // As papers print it. Where there are macro averages: medians and differences of these and of the primary metric
  // alone; of each task what the averages are over and what published numbers answer to, under the task's name. No
  // costs. Otherwise there is everything.
  bool compact = false;
  bool medians = true;
  bool seeds = false;  // Also where every variant has finished the same number, which the note says.
};

// The results of a sweep: one row per variant, in the sweep's order, then one per teacher that was scored. For every
// metric mean ± standard deviation over seeds, the median over seeds, and the paired difference to the base with its
// 95 % interval; then finished seeds where variants differ in them, parameters (of teachers too), how many times as
// many the teacher has, tokens and operations of training and the teacher's share of these, the student's time, shares
// of padding and of clipped steps, and published values that no metric answers to, with unit and source. A published
// value that a metric answers to stands below the rows, in the metric's column. Pure function.
Table BuildTable(const Analysis& analysis, const ResultLayout& layout);

// As papers print it, with medians if some variant has more than two seeds and they fit into `width` columns.
Table BuildTableForTerminal(const Analysis& analysis, int width);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_REPORT_FILES_RESULT_TABLE_H_
