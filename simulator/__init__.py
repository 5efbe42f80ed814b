"""traincost."""
