//! Which addresses, policies and extensions are taken, and how they are written.
