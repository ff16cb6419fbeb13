#ifndef RETORT_TOOLS_PROFILE_REPORT_H_
#define RETORT_TOOLS_PROFILE_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/profile/measure.h"

// What was measured, as tables for people and as JSON for programs. Pure functions.

namespace retort {

// What is known of a model without a clock.
struct ModelFacts {
  std::string folder;
  std::string architecture;  // as EncoderConfigText() has it
  ParameterCounts parameters;
  int64_t weight_bytes = 0;        // of the files
  std::string stored_type;         // "F32", "F16", "BF16"
  std::vector<std::string> heads;  // whose logits are computed: "vocabulary"
  int64_t tokens = 0;              // of the whole text, as this model reads it
  double flops = 0;                // of a sequence of Profile::length positions
  int64_t mean_length = 0;         // of the text's sequences, as a whole number of positions
  double mean_flops = 0;           // of a sequence of so many
  double padding = 0;              // share of positions, batches in the text's order
  double padding_by_length = 0;    // batches of sequences of similar length
};

struct Profile {
  std::map<std::string, std::string> environment;  // DescribeEnvironment(), without threads
  std::string precision;                           // "float32"
  std::string text, text_hash;                     // path; 32 hexadecimal digits
  int64_t sequences = 0;                           // of the text
  int64_t single_sequences = 0;                    // of them, measured alone
  int64_t length = 0, batch = 0;
  std::vector<ModelFacts> models;
  std::vector<Series> series;  // as MeasureRounds() gives them
};

// The value below which this share of the values lies, linear between neighbours (NumPy's default). REQUIRES: values.
double Percentile(std::vector<double> values, double share);

// How many times as fast something is as the first: first / other of each round.
struct Speedup {
  double median = 1, low = 1, high = 1;  // over rounds; low and high are the least and the most
};

// REQUIRES: as many values in both, in the order of rounds.
Speedup PairedSpeedup(const std::vector<double>& first_seconds, const std::vector<double>& seconds);

// Conditions, then tables of sizes, latency and throughput, for a terminal of `width` columns. Ends in a newline.
std::string RenderProfile(const Profile& profile, int width);

// The first bytes of what RenderProfileJson() gives.
inline constexpr char kProfileJsonBeginning[] = "{\n  \"profile\":";

// All numbers, none of them rounded, and the conditions. Keys: profile {environment{}, precision, text {file, hash,
// sequences}, length, batch, single_sequences}, models[] {folder, architecture, parameters {total, embeddings, encoder,
// heads}, weight_bytes, stored_type, heads[], tokens, flops {length, at_length, mean_length, at_mean_length}, padding
// {in_order, by_length}}, series[] {threads, model (its number, from 0), rounds[] {single_seconds[], in_order_seconds,
// by_length_seconds}}. Ends in a newline.
std::string RenderProfileJson(const Profile& profile);

}  // namespace retort

#endif  // RETORT_TOOLS_PROFILE_REPORT_H_
