#!/bin/bash
# Plugins as //tools:new_plugin writes them pass the conformance suite; in a sweep they train, and a loss whose formula
# was edited trains with the edited one.
SWEEP=$1
MAKE_TINY_TEACHER=$2
CONFORMANCE=$(realpath "$3")
. tests/integration/lib.sh
make_inputs

mkdir "$root/conformance"
ln -s "$PWD/data" "$root/conformance/"
cp -rL tests/new_plugin/plugins "$root/conformance/"
# By which new_data and new_task are evaluated.
cp -rL plugins/evaluation/masked_lm plugins/evaluation/classification "$root/conformance/plugins/evaluation/"
cp -rL plugins/data/table "$root/conformance/plugins/data/"
out=$(cd "$root/conformance" && "$CONFORMANCE" 2>&1)
code=$?
expect_code conformance 0
for plugin in new_loss new_logit_loss new_projected_loss edited_loss new_mapping new_init new_data new_evaluation new_task; do
  expect_text conformance "$plugin"
done

# All of them at once, a variant whose formula is another one, and the other kinds of losses.
sed 's/layer_copy { mapping { top {} } }/new_init {}/; s/loss { name: "cos" cosine {} }/loss { name: "new" new_loss {} }/
  $s/^}$/  stage { name: "alike" evaluation { new_evaluation { sequences: 8 } } }\n}/' \
  "$root/base.textproto" > "$root/new.textproto"
cat >> "$root/new.textproto" <<'END'
controls: NONE
variant { name: "edited" overlay { stage { name: "distil" loss { name: "new" edited_loss {} } } } }
variant { name: "logits" overlay { stage { name: "distil" loss { name: "new" new_logit_loss { rows: LABELLED } } } } }
variant { name: "projected" overlay { stage { name: "distil" loss { name: "new" new_projected_loss { bias: true } } } } }
variant { name: "mapped" overlay { student { init { layer_copy { mapping { new_mapping {} } } } } } }
END

# first_value <plugin>: of the term "new" in the runs that use the plugin and the new initialisation.
first_value() {
  for stage in "$root"/new/store/*/stage.textproto; do
    if grep -q "$1 *{" "$stage" && ! grep -q layer_copy "$stage"; then
      sed -n '1s/.*"new":{"weight":[^,]*,"value":\([^,]*\),.*/\1/p' "${stage%/*}/metrics.jsonl"
    fi
  done
}

run new "$root/new.textproto"
expect_code new 0
expect_text new similarity
[ "$(find "$root/new/store" -name done.json | wc -l)" = 5 ] || fail "new: want 5 students"
squared=$(first_value new_loss)
absolute=$(first_value edited_loss)
# The mean of Σ|d| over H = 16 channels is at most √(H · mean of Σd²), and is another number.
awk -v s="$squared" -v a="$absolute" 'BEGIN { exit !(a > 0 && s > 0 && a != s && a * a <= 16.01 * s) }' ||
  fail "edited: want the absolute error beside the squared one $squared, got $absolute"

# A task, and one whose reader reads another layout: from the files to an accuracy, and of the same texts the same student.
cp "$root/conformance/plugins/data/new_task/example/train.txt" "$root/questions.txt"
sed 's/:/|/' "$root/questions.txt" > "$root/edited.txt"
cat > "$root/tasks.textproto" <<END
name: "tasks"
experiment {
  teacher { checkpoint: "$root/teacher" }
  student { architecture { layers: 1 } init { layer_copy { mapping { top {} } } } }
  stage {
    name: "tune"
    data { new_task { train: "$root/questions.txt" report: "$root/questions.txt" length: 16 } }
    batch { sequences: 8 }
    budget { steps: 1 }
    loss { name: "gold" hard_labels {} }
    adamw { learning_rate: 1e-3 }
  }
  stage { name: "score" evaluation { classification {} } }
}
controls: NONE
variant { name: "edited" overlay { stage { name: "tune"
  data { edited_task { train: "$root/edited.txt" report: "$root/edited.txt" length: 16 } } } } }
END
run tasks "$root/tasks.textproto" --store="$root/tasks/store"
expect_code tasks 0
expect_text tasks accuracy
models=$(find "$root/tasks/store" -name model.safetensors)
[ "$(echo "$models" | wc -l)" = 2 ] || fail "tasks: want 2 students, got $models"
[ "$(echo "$models" | xargs sha256sum | cut -d' ' -f1 | sort -u | wc -l)" = 1 ] || fail "tasks: want the same student twice"
finish
