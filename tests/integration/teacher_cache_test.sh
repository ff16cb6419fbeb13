#!/bin/bash
# What a teacher gives is kept, and read by variants that come later: the same bits, whatever becomes of the cache.
SWEEP=$1
MAKE_TINY_TEACHER=$2
. tests/integration/lib.sh
make_inputs

{
  cat "$root/base.textproto"
  echo 'variant { name: "later" overlay { stage { name: "distil" loss { name: "ce" weight: 3 } } } }'
  echo 'variant { name: "attends" overlay { stage { name: "distil" loss { name: "a" attention_mse { mapping { top {} } } } } } }'
} > "$root/more.textproto"

# What the others have to give: nothing is kept.
run live "$root/more.textproto"
expect_code live 0
expect_text live 'and not kept, which would take about'
expect_text live '(--teacher_cache_gb=0)'
expect_no_text live 'micro-batches read'
[ ! -e "$root/live/store/teacher_cache" ] || fail "live: want no cache"

# Kept by the base, read by a variant that comes later; what another loss reads beside it is added.
run kept "$root/base.textproto" --teacher_cache_gb=1
expect_code kept 0
expect_text kept ' and kept in teacher_cache/'
expect_text kept '0 micro-batches read, 12 computed'
run kept "$root/more.textproto" --only=base,later --dry_run
expect_text look '12 steps read from teacher_cache/'
run kept "$root/more.textproto" --only=base,later
expect_code later 0
expect_text later '12 micro-batches read, 0 computed'
run kept "$root/more.textproto" --teacher_cache_gb=1
expect_code attends 0
expect_text attends '0 micro-batches read, 12 computed'
[ "$(bits_of kept)" = "$(bits_of live)" ] || fail "kept: other bits than without a cache"

# Interrupted while it writes: the same bits.
for delay in 0.3 0.5 0.7; do
  timeout -s KILL "$delay" "$SWEEP" "$root/more.textproto" --output_dir="$root/killed/out" --store="$root/killed/store" \
    --teacher_cache_gb=1 --threads=1 > /dev/null 2>&1
done
run killed "$root/more.textproto" --store="$root/killed/store" --teacher_cache_gb=1
expect_code killed 0
[ "$(bits_of killed)" = "$(bits_of live)" ] || fail "killed: other bits than without a cache"

# Damaged, removed, of no room: it is said, and the bits are the same.
rm -rf "$root"/kept/store/[0-9a-f]*
for file in "$root"/kept/store/teacher_cache/*/*/000000; do printf x | dd of="$file" bs=1 seek=100 conv=notrunc 2> /dev/null; done
run kept "$root/more.textproto"
expect_code damaged 0
expect_text damaged 'is damaged: it is not what was written; it is computed again'
expect_text damaged '11 micro-batches read, 1 computed'
[ "$(bits_of kept)" = "$(bits_of live)" ] || fail "damaged: other bits than without a cache"
rm -rf "$root"/kept/store/teacher_cache "$root"/kept/store/[0-9a-f]*
run kept "$root/more.textproto" --teacher_cache_gb=0.000001
expect_code removed 0
expect_text removed 'more than the 1 kB that --teacher_cache_gb leaves'
[ "$(bits_of kept)" = "$(bits_of live)" ] || fail "removed: other bits than without a cache"

# Other threads compute other bits, as far as anybody promises: theirs is another cache.
run kept "$root/base.textproto" --teacher_cache_gb=1 --set=stage.distil.budget.steps=13
out=$("$SWEEP" "$root/base.textproto" --output_dir="$root/kept/out" --threads=2 --dry_run --set=stage.distil.budget.steps=14 2>&1)
expect_no_text threads 'steps read from'

# Two processes at once with one store.
"$SWEEP" "$root/more.textproto" --store="$root/two/store" --output_dir="$root/two/other" --teacher_cache_gb=1 --threads=1 \
  > /dev/null 2>&1 &
run two "$root/more.textproto" --store="$root/two/store" --teacher_cache_gb=1
expect_code two 0
wait
[ "$(bits_of two)" = "$(bits_of live)" ] || fail "two: other bits than without a cache"

run negative "$root/base.textproto" --teacher_cache_gb=-1
expect_error negative '--teacher_cache_gb: want 0 or more, got -1'

finish
