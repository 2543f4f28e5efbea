"""The knowledge base: entries, and the matcher that finds them. Imports nothing of ours."""

import os

# Before numpy is loaded: its products are small here, and BLAS's threads would mostly spin while
# they wait for one another, which cost more than the whole matching.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
