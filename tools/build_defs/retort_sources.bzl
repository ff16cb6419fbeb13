"""The sources that stored results depend on."""

def retort_sources(rooms = [], exclude = []):
    """The filegroup `sources`: this folder's and its rooms', whose hash is part of the address of every stored result.

    Args:
      rooms: folders in this one that have sources too
      exclude: files that no result depends on, beside tests and benchmarks
    """
    native.filegroup(
        name = "sources",
        srcs = native.glob(
            [
                "*.cc",
                "*.cu",
                "*.h",
            ],
            exclude = [
                "*_benchmark.cc",
                "*_test.cc",
                "test_*",
            ] + exclude,
        ) + ["//%s/%s:sources" % (native.package_name(), room) for room in rooms],
        visibility = ["//framework:__subpackages__"],
    )
