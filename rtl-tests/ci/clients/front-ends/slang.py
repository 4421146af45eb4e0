"""The slang front end, by its driver: `python slang.py <options and files of slang>`."""

import sys

from pyslang import driver

slang = driver.Driver()
slang.addStandardArgs()
ready = slang.parseCommandLine(" ".join(["slang", *sys.argv[1:]]), driver.CommandLineOptions())
ready = ready and slang.processOptions() and slang.parseAllSources()
sys.exit(0 if ready and slang.runFullCompilation(False) else 1)
