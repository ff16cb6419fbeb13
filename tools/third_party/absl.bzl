"""Abseil as Debian packs it."""

# Static archives, in no order, since they refer to each other.
ABSL_ARCHIVES = [
    "bad_any_cast_impl",
    "bad_optional_access",
    "bad_variant_access",
    "base",
    "city",
    "civil_time",
    "cord",
    "cord_internal",
    "cordz_functions",
    "cordz_handle",
    "cordz_info",
    "cordz_sample_token",
    "debugging_internal",
    "demangle_internal",
    "examine_stack",
    "exponential_biased",
    "failure_signal_handler",
    "graphcycles_internal",
    "hash",
    "hashtablez_sampler",
    "int128",
    "leak_check",
    "log_severity",
    "low_level_hash",
    "malloc_internal",
    "periodic_sampler",
    "raw_hash_set",
    "raw_logging_internal",
    "spinlock_wait",
    "stacktrace",
    "status",
    "statusor",
    "str_format_internal",
    "strerror",
    "strings",
    "strings_internal",
    "symbolize",
    "synchronization",
    "throw_delegate",
    "time",
    "time_zone",
]

# Groups of headers, each a target absl_<group>.
ABSL_HEADERS = [
    "base",  # absl/base/*.h, absl/memory, absl/meta, absl/utility
    "container",  # absl/container/*.h (flat_hash_map, inlined_vector, btree_map ...) and absl/hash
    "debugging",  # absl/debugging/*.h
    "numeric",  # absl/numeric/*.h
    "span",  # absl/types/span.h, optional.h, variant.h
    "status",  # absl/status/status.h, statusor.h
    "strings",  # absl/strings/*.h
    "synchronization",  # absl/synchronization/*.h
    "time",  # absl/time/*.h
]
