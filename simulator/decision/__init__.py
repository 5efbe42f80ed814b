"""Buy, rent or reserve: the options, what each costs on the same draws, and what knowing more is worth."""
