"""Labels of retort's own targets in macros that other workspaces call."""

# "" where retort is the workspace that is built, else what that workspace calls it.
_REPOSITORY = Label("//:BUILD").workspace_name

def retort_label(label):
    """The label as it reads in any workspace.

    Args:
      label: of a target of retort's, "//framework/registry"
    """
    return ("@" + _REPOSITORY if _REPOSITORY else "") + label

def in_retort():
    """Whether the package that is being loaded is one of retort's own."""
    return native.repository_name() == "@" + _REPOSITORY
