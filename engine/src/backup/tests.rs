//! What a backup notices.
