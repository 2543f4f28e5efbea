"""The knowledge base and its matcher; stands alone."""
