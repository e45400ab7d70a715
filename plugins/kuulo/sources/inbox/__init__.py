"""Files laid in the inbox: what a feed.yml says, how each kind of file is read, and how its cells become rows."""
