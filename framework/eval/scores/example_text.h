#ifndef RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_TEXT_H_
#define RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_TEXT_H_

#include <string>

namespace retort {

// A held-out example as people read it.
struct ExampleText {
  std::string id;      // As the file calls it.
  std::string text;    // Of two texts both, a line each.
  std::string answer;  // What is to be told of it: the name of a class, a score, an answer; empty: not given.
};

}  // namespace retort

#endif  // RETORT_FRAMEWORK_EVAL_SCORES_EXAMPLE_TEXT_H_
