"""Files that are stored packed, as the files that they are."""

def unpack_xz(packed):
    """Unpacks files at build time.

    Args:
        packed: the name of each unpacked file, and the .xz file that holds it.
    """
    for out, src in packed.items():
        native.genrule(
            name = "unpack_" + out.replace("/", "_"),
            srcs = [src],
            outs = [out],
            cmd = "python3 -c 'import lzma, sys; sys.stdout.buffer.write(lzma.open(sys.argv[1]).read())' $< > $@",
        )
