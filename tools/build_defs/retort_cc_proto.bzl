"""A .proto file and its C++ code as one pair of targets."""

def retort_cc_proto(name, srcs, deps = [], visibility = None, strip_import_prefix = None):
    """proto_library `<name>` and cc_proto_library `<stem>_cc_proto`.

    Args:
      name: must end in `_proto`; the C++ target is named after the part before it
      srcs: .proto files
      deps: other proto_library targets, such as //tools/third_party:any_proto
      visibility: of both targets
      strip_import_prefix: as in proto_library
    """
    if not name.endswith("_proto") or name.endswith("_cc_proto"):
        fail("retort_cc_proto.name: want <stem>_proto, got " + name)
    native.proto_library(
        name = name,
        srcs = srcs,
        strip_import_prefix = strip_import_prefix,
        visibility = visibility,
        deps = deps,
    )
    native.cc_proto_library(
        name = name[:-len("_proto")] + "_cc_proto",
        visibility = visibility,
        deps = [":" + name],
    )
