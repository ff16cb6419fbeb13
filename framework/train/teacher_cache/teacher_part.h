#ifndef RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_PART_H_
#define RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_PART_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "c10/core/ScalarType.h"
#include "framework/batch/batch.h"
#include "framework/model/capture.h"
#include "framework/model/config/encoder_config.h"
#include "framework/train/student/student_trainer.h"

// What a teacher gives the students for a micro-batch, in parts that are kept and read each by itself. Of the
// vocabulary's head that is the last hidden state of the rows whose logits are read, from which the head gives the same
// logits again: V logits of a row would take some forty times as much.

namespace retort {

struct TeacherPart {
  enum class Kind {
    kHidden,     // The output of a layer: a tensor of H values per row.
    kAttention,  // Query, key and value of a layer: three tensors of A·d values per row.
    kLogits,     // Of a head whose rows are sequences.
  };
  enum class Rows {
    kReal,      // All positions that are not padding.
    kLabelled,  // Positions that carry a label.
    kAll,       // Those of padding too, and computed with it, which may give real ones other bits.
  };

  Kind kind = Kind::kHidden;
  int layer = 0;                          // Of hidden states and attention.
  Rows rows = Rows::kReal;                // Of hidden states and attention. Logits: kAll if computed with padding.
  HeadKind head = HeadKind::kVocabulary;  // Of logits.
};

// "hidden.12", "hidden.12.labelled", "attention.3.all", "logits.classes", "logits.classes.all": a name for files.
std::string PartName(const TeacherPart& part);

// The parts that the demands on a teacher of so many layers are met with. They hold real rows, and those of padding
// only where padding is read.
std::vector<TeacherPart> PartsOf(const Capture& demands, int layers);

// The parts each of which holds all that the part does, with the same bits; the part itself is the first.
std::vector<TeacherPart> Holders(const TeacherPart& part);

// How much a micro-batch has of what parts have rows for; real and labelled positions in all.
struct PartExtent {
  int64_t sequences = 0;
  int64_t positions = 0;  // S
  int64_t real = 0;
  int64_t labelled = 0;
};
PartExtent ExtentOf(const Batch& batch);

// Numbers that the part holds for a micro-batch.
int64_t PartValues(const TeacherPart& part, const EncoderConfig& teacher, const PartExtent& extent);

// The part of the outputs, which have it: contiguous tensors on the host.
std::vector<at::Tensor> TakePart(const TeacherPart& part, const Batch& batch, const TeacherOutputs& outputs);

// Tensors on the host of the shapes that TakePart gives, to be filled.
std::vector<at::Tensor> EmptyPart(const TeacherPart& part, const EncoderConfig& teacher, const Batch& batch,
                                  c10::ScalarType type);

// The way back: puts what TakePart gave into outputs, on the device of the batch, with the shapes and strides that the
// teacher's forward pass gives. Positions that the part has no rows for hold 0.
void PutPart(const TeacherPart& part, const EncoderConfig& teacher, const Batch& batch,
             const std::vector<at::Tensor>& values, TeacherOutputs* outputs);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_TRAIN_TEACHER_CACHE_TEACHER_PART_H_
