"""What the command line is made of: options, the progress bar, exit codes."""
