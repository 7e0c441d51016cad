//! Built-in profiles, and what a copy of one may say.
