"""The commands of ``traincost``: each is one library call and its printing, imported when it runs."""
