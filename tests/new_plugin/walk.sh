#!/bin/bash
# Goes the ways of CONTRIBUTING.md, "Add a loss in ten minutes" and "Add a task", in a copy of the checkout, and says how long each
# step took: a new plugin is written, listed and tested untouched; its formula, or its reader, is edited; it trains in a sweep. Ends with FAILED and exit
# code 1 where a step fails. On two idle cores the way should take less than ten minutes, and an edited loss show its first
# value within one; a busy machine takes longer, so that no time fails the walk.
#   tests/new_plugin/walk.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
# Libraries that are unpacked already; the copy would fetch its own.
export RETORT_LIBTORCH=${RETORT_LIBTORCH:-$(bazel info output_base 2>/dev/null)/external/libtorch}
[ -d "$RETORT_LIBTORCH/lib" ] || unset RETORT_LIBTORCH
copy=$(mktemp -d)
log=$copy.log
sweep=
clean_up() {
  [ -z "$sweep" ] || kill "$sweep" 2>/dev/null
  (cd "$copy" && bazel clean --expunge && bazel shutdown) >/dev/null 2>&1
  rm -rf "$copy" "$log"
}
trap clean_up EXIT

fail() {
  echo "FAILED: $1"
  tail -n 40 "$log"
  exit 1
}

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

# step <what> <command...>: runs it and prints what it took.
step() {
  local what=$1 begin
  shift
  begin=$(now)
  "$@" >"$log" 2>&1 || fail "$what"
  printf '%7s s  %s\n' "$(since "$begin")" "$what"
}

git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cf - -T - | tar -xf - -C "$copy"
if [ -f user.bazelrc ]; then cp user.bazelrc "$copy"; fi
cd "$copy" || exit 2

echo "before: what a contributor has built already"
step 'build the sweep' bazel build //experiments:sweep

echo 'the walk'
start=$(now)
step 'write the plugin' bazel run //tools:new_plugin -- --kind=loss --name=my_loss
[ -z "$(clang-format --dry-run plugins/loss/my_loss/*.h plugins/loss/my_loss/*.cc 2>&1)" ] || fail 'layout of the new files'
step 'test it untouched' bazel test //plugins/loss/my_loss:all //plugins:conformance_test //plugins:roll_call_test
step 'list it' bazel run //tools:list_plugins
grep -q '^loss my_loss$' "$log" || fail 'want my_loss in the list'

# The absolute error instead of the squared one: |1 - 3| + |2 - 5| = 5, and the gradient is the sign.
# The comment makes it an edit that no cache knows.
sed -i "s|Total(difference \* difference);|Total(difference.abs());  // $(now)|" plugins/loss/my_loss/my_loss.cc
sed -i 's/(1 - 3)² + (2 - 5)² = 13; the gradient is 2 (s - t) = (-4, -6)/|1 - 3| + |2 - 5| = 5; the gradient is (-1, -1)/
  s/1).item<double>(), 13)/1).item<double>(), 5)/; s/0.5).item<double>(), 6.5)/0.5).item<double>(), 2.5)/
  s/Rows({-4, -6})/Rows({-1, -1})/' plugins/loss/my_loss/my_loss_test.cc
cat > try_my_loss.textproto <<'END'
name: "try_my_loss"
extends: "experiments/quickstart/quickstart.textproto"
seeds: 1
variant { name: "mine" overlay { stage { name: "distil" loss { name: "mine" weight: 0.1 my_loss {} } } } }
END

# From the saved edit to the first value of the loss.
edited=$(now)
step 'build the sweep with the edited formula' bazel build //experiments:sweep
bazel-bin/experiments/sweep try_my_loss.textproto --only=base,mine --set=stage.distil.budget.steps=8 \
  --set=stage.evaluate.evaluation.masked_lm.sequences=32 --output_dir=runs/walk >"$log" 2>&1 &
sweep=$!
until grep -qs '"mine":' runs/store/*/metrics.jsonl; do
  kill -0 "$sweep" 2>/dev/null || grep -qs '"mine":' runs/store/*/metrics.jsonl || fail 'the sweep'
  sleep 0.1
done
to_value=$(since "$edited")
grep -hs -m 1 -o '"mine":{[^}]*}' runs/store/*/metrics.jsonl | head -n 1
printf '%7s s  %s\n' "$to_value" 'from the edit to the first value of the loss'
wait "$sweep" || fail 'the sweep'
sweep=
grep -q 'mine' "$log" || fail 'want the variant in the report'
printf '%7s s  %s\n' "$(since "$edited")" 'from the edit to the report'
step 'test the edited formula' bazel test //plugins/loss/my_loss:all //plugins:conformance_test
printf '%7s s  %s\n' "$(since "$start")" 'in all'

echo 'losses like others'
for like in soft_targets hidden_mse; do
  step "write one like $like" bazel run //tools:new_plugin -- --kind=loss --like=$like --name=like_$like
  [ -z "$(cd "plugins/loss/like_$like" && clang-format --dry-run ./*.h ./*.cc 2>&1)" ] || fail 'layout of the new files'
  step 'test it untouched' bazel test //plugins/loss/like_$like:all
done

echo 'a task'
start=$(now)
step 'write the plugin' bazel run //tools:new_plugin -- --kind=data --task --name=my_task
[ -z "$(clang-format --dry-run plugins/data/my_task/*.h plugins/data/my_task/*.cc 2>&1)" ] || fail 'layout of the new files'
step 'test it untouched' bazel test //plugins/data/my_task:all //plugins:conformance_test //plugins:roll_call_test
# Lines such as "LOC|city Where is it ?".
sed -i "s/find(':')/find('|')/; s/CLASS:/CLASS|/" plugins/data/my_task/my_task.cc
sed -i 's/LOC:/LOC|/g; s/HUM:/HUM|/; s/Who:/Who|/; s/CLASS:/CLASS|/' plugins/data/my_task/my_task_test.cc
sed -i 's/:/|/' plugins/data/my_task/example/train.txt
step 'test the edited reader' bazel test //plugins/data/my_task:all //plugins:conformance_test
cat > try_my_task.textproto <<'END'
name: "try_my_task"
experiment {
  teacher { checkpoint: "data/teachers/mini" }
  student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
  stage {
    name: "tune"
    data { my_task { train: "plugins/data/my_task/example/train.txt" report: "plugins/data/my_task/example/train.txt" length: 32 } }
    batch { sequences: 8 }
    budget { steps: 1 }
    loss { name: "gold" hard_labels {} }
    adamw { learning_rate: 5e-5 }
  }
  stage { name: "score" evaluation { classification {} } }
}
controls: NONE
END
step 'build the sweep' bazel build //experiments:sweep
step 'train a step, and evaluate' bazel-bin/experiments/sweep try_my_task.textproto --output_dir=runs/task
grep -q accuracy "$log" || fail 'want an accuracy in the report'
printf '%7s s  %s\n' "$(since "$start")" 'in all'
echo 'passed'
