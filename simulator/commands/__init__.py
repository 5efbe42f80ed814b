"""The commands of ``traincost``: each is one library call and its printing. What they need is imported when one runs."""
