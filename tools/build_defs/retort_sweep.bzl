"""The sweep program with plugins of one's choice, in this workspace or in another.

A workspace of one's own names retort once:

    # WORKSPACE
    local_repository(
        name = "retort",
        path = "/path/to/retort",
    )

    load("@retort//tools/third_party:repositories.bzl", "retort_repositories")

    retort_repositories()

takes its compiler's and linker's options:

    # .bazelrc
    import /path/to/retort/.bazelrc

and has plugins where it likes, beside a program that links them:

    # losses/huber/BUILD, beside huber.proto, huber.h, huber.cc, huber_test.cc and example.textproto
    load("@retort//tools/build_defs:retort_plugin.bzl", "retort_plugin")

    retort_plugin(
        name = "huber",
        kind = "loss",
    )

    # BUILD
    load("@retort//tools/build_defs:retort_sweep.bzl", "retort_sweep")

    retort_sweep(
        name = "sweep",
        plugins = [
            "//losses/huber",
            "@retort//plugins:all",
        ],
    )

`/path/to/retort/bazelw` installs what is missing for this workspace too, and hands its arguments to Bazel.
`bazel run //:sweep -- my_sweep.textproto` then trains with `loss { name: "h" huber {} }`. retort's `tests/external` is such a workspace.
"""

load(":retort_labels.bzl", "retort_label")

def retort_sweep(name, plugins, **kwargs):
    """The program `<name>`, which runs sweeps with the plugins that it links.

    Args:
      name: of the program
      plugins: libraries of retort_plugin's, or //plugins:all
      **kwargs: as of cc_binary
    """
    native.cc_binary(
        name = name,
        deps = [retort_label("//experiments:sweep_main")] + plugins,
        **kwargs
    )
