#include "framework/train/step_record.h"

#include <cstddef>

namespace retort {

StepRecord MakeStepRecord(const Objective& objective, const Progress& progress, const UpdateResult& update,
                          double tokens_per_second) {
  StepRecord record;
  record.step = progress.step;
  record.tokens = progress.tokens;
  record.student_flops = progress.student_flops;
  record.total_flops = progress.total_flops;
  for (size_t i = 0; i < update.values.size(); ++i) {
    const ObjectiveTerm& term = objective.terms()[i];
    record.terms.push_back({term.name, term.weight, update.values[i], update.counts[i]});
  }
  record.loss = update.loss;
  record.gradient_norm = update.gradient_norm;
  record.clipped = update.clipped;
  record.learning_rate = update.learning_rate;
  record.tokens_per_second = tokens_per_second;
  return record;
}

}  // namespace retort
