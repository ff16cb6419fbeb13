"""Runs all checks of this folder, or those of the model folders that are given. Started by run.sh."""

import pathlib
import sys
import unittest

import transformers

from model_comparison import ModelComparison

HERE = pathlib.Path(__file__).resolve().parent


def main():
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    suite = unittest.TestSuite()
    folders = [pathlib.Path(argument).resolve() for argument in sys.argv[1:]]
    if folders:
        comparison = ModelComparison()
        comparison.gradient_tolerance = 1e-4
        for folder in folders:
            suite.addTest(unittest.FunctionTestCase(
                lambda folder=folder: comparison.check_folder(folder), description=str(folder)))
    else:
        for kind in ("transformers", "convert", "sweeps", "tokenizers", "tensorboard", "readme"):
            suite.addTests(unittest.TestLoader().discover(HERE / kind, "*_test.py", top_level_dir=HERE / kind))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"interop: {result.testsRun - failed} checks passed, {failed} failed")
    sys.exit(0 if result.testsRun and not failed else 1)


if __name__ == "__main__":
    main()
