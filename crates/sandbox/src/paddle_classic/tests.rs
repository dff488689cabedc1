//! The server as a client finds it, over HTTP.
