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
cp -rL plugins/evaluation/masked_lm "$root/conformance/plugins/evaluation/"  # By which new_data is evaluated.
out=$(cd "$root/conformance" && "$CONFORMANCE" 2>&1)
code=$?
expect_code conformance 0
for plugin in new_loss edited_loss new_mapping new_init new_data new_evaluation; do expect_text conformance "$plugin"; done

# All of them at once, and a variant whose formula is another one.
sed 's/layer_copy { mapping { top {} } }/new_init {}/; s/loss { name: "cos" cosine {} }/loss { name: "new" new_loss {} }/
  $s/^}$/  stage { name: "alike" evaluation { new_evaluation { sequences: 8 } } }\n}/' \
  "$root/base.textproto" > "$root/new.textproto"
cat >> "$root/new.textproto" <<'END'
controls: NONE
variant { name: "edited" overlay { stage { name: "distil" loss { name: "new" edited_loss {} } } } }
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
[ "$(find "$root/new/store" -name done.json | wc -l)" = 3 ] || fail "new: want 3 students"
squared=$(first_value new_loss)
absolute=$(first_value edited_loss)
# The mean of Σ|d| over H = 16 channels is at most √(H · mean of Σd²), and is another number.
awk -v s="$squared" -v a="$absolute" 'BEGIN { exit !(a > 0 && s > 0 && a != s && a * a <= 16.01 * s) }' ||
  fail "edited: want the absolute error beside the squared one $squared, got $absolute"
finish
