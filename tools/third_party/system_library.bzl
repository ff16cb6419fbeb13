"""A library that the system's package manager installed."""

def system_library(name, archives = [], linkopts = [], deps = [], **kwargs):
    """Links to installed libraries; their headers are in the compiler's default search path.

    Args:
      name: target's name
      archives: libraries to link statically, without `lib` and `.a`; they may refer to each other in any order
      linkopts: further linker options, such as `-lz`
      deps: other system libraries that these refer to
      **kwargs: as in cc_library
    """
    group = []
    if archives:
        group = ["-Wl,--start-group"] + ["-l:lib%s.a" % archive for archive in archives] + ["-Wl,--end-group"]
    native.cc_library(
        name = name,
        linkopts = group + linkopts,
        deps = deps,
        **kwargs
    )
