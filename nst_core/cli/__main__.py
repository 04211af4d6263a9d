"""`python -m nst_core.cli`: the same as `nst`."""

import sys

from nst_core.cli import main

sys.exit(main())
