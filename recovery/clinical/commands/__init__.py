"""What `python -m recovery.clinical` does with each line it reads."""
