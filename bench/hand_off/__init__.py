"""The hand-off: from the commit of the sending transaction to the commit in the receiving service."""
