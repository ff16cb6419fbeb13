#!/bin/bash
# most_minutes cuts training to what the first steps cost; who only looks measures nothing.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

# limited <minutes>: the sweep with this limit.
limited() {
  cp "$root/base.textproto" "$root/limited.textproto"
  echo "most_minutes: $1 controls: NONE" >> "$root/limited.textproto"
  echo "$root/limited.textproto"
}

run cut "$(limited 1e-9)" --dry_run
expect_code look 0
expect_text look "stage distil: 12 steps"
expect_text look "training stages may be cut so that they take at most 1e-09 minutes (most_minutes); the first run"
expect_text look "how long that takes here is known once something was trained"
expect_no_text look measuring
run cut "$(limited 1e-9)" --list
expect_code list 0
expect_no_text list measuring

run cut "$(limited 1e-9)"
expect_code cut 0
expect_text cut "measuring what the first steps cost, for most_minutes"
expect_text cut "all training stages are cut to 12.5 % of their steps"
[ "$(cat "$root"/cut/store/*/metrics.jsonl | grep -c '"terms"')" = 2 ] || fail "cut: want 2 of 12 steps trained"

# The same command goes on with the same steps, whatever the machine does now.
run cut "$(limited 1e-9)"
expect_code again 0
expect_no_text again measuring
expect_text again "2 results, 2 of them there"
run cut "$(limited 1e-9)" --dry_run
expect_text look_again "all training stages are cut to 12.5 % of their steps"
expect_text look_again "to train: 0 cohorts"
expect_text look_again "nothing was trained or evaluated; texts were cut into tokens, which are kept in $root/cut/store/tokens"

# Another limit is another decision.
run cut "$(limited 1000)"
expect_code raised 0
expect_text raised "measuring what the first steps cost, for most_minutes"
expect_no_text raised "are cut to"
expect_text raised "stage distil: 12 steps"
expect_text raised "as fast as earlier trainings"

# A search for settings is not cut; what is trained after it is.
file=$(limited 1e-9)
echo 'tune { learning_rate: [1e-3, 2e-3] }' >> "$file"
run tuned "$file" --set='stage.distil.evaluate={ every_steps: 12 sequences: 8 }'
expect_code tuned 0
expect_text tuned "the search of tune trains all of its steps"
expect_text tuned "all training stages are cut to 12.5 % of their steps"
[ "$(cat "$root"/tuned/store/*/metrics.jsonl | grep -c '"terms"')" = 26 ] || fail "tuned: want 2 times 12 steps, and 2"
finish
