#ifndef RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASS_COUNTS_H_
#define RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASS_COUNTS_H_

#include <cstdint>
#include <vector>

namespace retort {

// In place of a class: a model told none.
inline constexpr int64_t kNoClass = -1;

// How often each class was the label, was told, and was both: what F1 and Matthews' correlation follow from. Classes
// are numbers from 0. Not thread-safe.
class ClassCounts {
 public:
  explicit ClassCounts(int64_t classes);

  // Counts an example; `times` -1 takes one away again. told: a class, or kNoClass, which is never right.
  void Add(int64_t label, int64_t told, int64_t times = 1);

  // 2 · both / (label + told) of one class, the harmonic mean of precision and recall; 0 if it is neither.
  double F1(int64_t of_class) const;

  // The mean of F1 over the classes that were a label or told; 0 if there are none.
  double MacroF1() const;

  // Matthews' correlation of labels and what was told, for any number of classes (Gorodkin 2004, equation 8): with n
  // examples, of which c are right, and t_k labels and p_k told of class k,
  //
  //   (c · n − Σ t_k p_k) / √( (n² − Σ p_k²) (n² − Σ t_k²) ),
  //
  // where examples of which nothing was told are a class of their own; 0 where all labels or all told are one class.
  double Matthews() const;

 private:
  const int64_t classes_;
  // By class; the last is kNoClass.
  std::vector<int64_t> label_, told_, both_;
};

}  // namespace retort

#endif  // RETORT_PLUGINS_EVALUATION_CLASSIFICATION_CLASS_COUNTS_H_
