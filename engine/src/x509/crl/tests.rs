//! Lists are written exactly and read as strictly.
