"""How large pictures are, in inches: the width of a page, of which half is readable."""

WIDTH, HEIGHT = 6.5, 4.2
