// Schedules that begin at 0 against those of transformers (make_goldens.py).

#include <string>

#include "framework/base/file.h"
#include "framework/config/sweep.pb.h"
#include "framework/testing/matchers.h"
#include "framework/train/student/schedule.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

using testing::IsOk;

Stage MakeStage(const std::string& schedule, double warmup) {
  Stage stage;
  const auto fill = [&](auto* message) {
    message->set_warmup(warmup);
    message->set_from_zero(true);
  };
  if (schedule == "constant") fill(stage.mutable_constant());
  if (schedule == "linear") fill(stage.mutable_linear());
  if (schedule == "cosine") fill(stage.mutable_cosine());
  return stage;
}

TEST(ScheduleGolden, FactorsAreThoseOfTransformers) {
  const auto text = ReadFile("tests/golden/schedule/goldens.json");
  ASSERT_THAT(text, IsOk());
  const nlohmann::json goldens = nlohmann::json::parse(*text);
  ASSERT_EQ(goldens.size(), 21u);
  for (const nlohmann::json& golden : goldens) {
    const auto name = golden["schedule"].get<std::string>();
    const auto steps = golden["steps"].get<int64_t>();
    const double warmup = golden["warmup"].get<double>() / static_cast<double>(steps);
    for (int64_t step = 0; step < steps; ++step) {
      EXPECT_NEAR(ScheduleFactor(MakeStage(name, warmup), step, steps),
                  golden["factors"][static_cast<size_t>(step)].get<double>(), 1e-14)
          << name << ", " << golden["warmup"] << " of " << steps << " steps, step " << step;
    }
  }
}

}  // namespace
}  // namespace retort
