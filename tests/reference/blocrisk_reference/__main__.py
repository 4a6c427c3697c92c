"""Entry point of python3 -m blocrisk_reference."""

import sys

from .cli import main

sys.exit(main())
