"""A package of programs, with what they need, for machines that have none of it."""

def _is_library(file):
    return file.basename.endswith(".so") or ".so." in file.basename

def _unique(values):
    return {value: True for value in values}.keys()

def _release_impl(ctx):
    programs = [program[DefaultInfo].files_to_run.executable for program in ctx.attr.programs]
    beside = [program[DefaultInfo].default_runfiles.files for program in ctx.attr.programs]
    libraries = [file for file in depset(transitive = beside).to_list() if _is_library(file)]
    lines = (
        ["program %s" % file.path for file in programs] +
        ["library %s" % file.path for file in libraries] +
        ["licence %s" % file.path for file in ctx.files.licences] +
        ["package %s" % name for name in ctx.attr.static_packages] +
        ["file %s %s" % (file.path, file.short_path) for file in ctx.files.files] +
        ["file %s README.md" % ctx.file.readme.path]
    )
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
    ctx.actions.write(manifest, "\n".join(_unique(lines)) + "\n")
    package = ctx.actions.declare_file(ctx.attr.package)
    ctx.actions.run(
        arguments = [manifest.path, ctx.file.changelog.path, package.path],
        executable = ctx.executable._pack,
        inputs = programs + libraries + ctx.files.licences + ctx.files.files + [ctx.file.readme, ctx.file.changelog, manifest],
        mnemonic = "PackRelease",
        outputs = [package],
        progress_message = "Packing %s" % ctx.attr.package,
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([package]))]

release = rule(
    implementation = _release_impl,
    attrs = {
        "changelog": attr.label(
            doc = "its first heading of the second level is the version",
            mandatory = True,
            allow_single_file = True,
        ),
        "files": attr.label_list(
            doc = "what else is packed, at its path in the workspace",
            allow_files = True,
        ),
        "licences": attr.label_list(
            doc = "of libraries that are no Debian packages",
            allow_files = True,
        ),
        "package": attr.string(
            doc = "name of the file that is made, a .tar.gz",
            mandatory = True,
        ),
        "programs": attr.label_list(
            doc = "go to bin/, with the shared libraries that they were linked to in lib/",
            mandatory = True,
        ),
        "readme": attr.label(
            doc = "becomes the package's README.md",
            mandatory = True,
            allow_single_file = True,
        ),
        "static_packages": attr.string_list(doc = "Debian packages that are linked into the programs, whose licences are packed"),
        "_pack": attr.label(
            cfg = "host",
            default = Label("//tools/release:pack"),
            executable = True,
        ),
    },
    doc = "A relocatable .tar.gz: the programs find their libraries from where they lie.",
)
